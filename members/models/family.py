from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from associations.models import Association, in_force
from members.enums import ContactDuty, FamilyKind, Kinship, LifeState, Sex
from portal.accounts.history import tracked
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .council import dates_in_order
from .freezing import stays_while_frozen


class FamilyQuerySet(ScopedQuerySet):
    view_permission = Permission.VIEW_FAMILIES

    def in_care(self, *, on: date) -> Self:
        return self.filter(in_force(on))

    def with_both_contacts(self, *, on: date) -> Self:
        """Families with a cadre of the township and one of the village on the day (双岗联系人)."""
        contacts = _on(self.model.contacts.rel, on)
        return self.filter(*(Exists(contacts.filter(duty=duty)) for duty in ContactDuty))

    def with_doctor(self, *, on: date) -> Self:
        return self.filter(Exists(_on(self.model.doctor_contracts.rel, on)))

    def with_hospital_pass(self, *, on: date) -> Self:
        return self.filter(Exists(_on(self.model.hospital_passes.rel, on)))

    def covered(self, *, on: date) -> Self:
        """Families that have all three coverages on the day (三个全覆盖)."""
        return self.with_both_contacts(on=on).with_doctor(on=on).with_hospital_pass(on=on)


def _on(relation: models.ManyToOneRel, on: date) -> QuerySet:
    rows = relation.related_model.objects.scoped()
    return rows.filter(in_force(on), family=OuterRef("pk"))


@tracked(in_bulk=True)
class Family(models.Model):
    """A family in an association's care; sensitive, with a permission of its own."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="families", verbose_name="协会"
    )
    kind = models.CharField("家庭类型", max_length=15, choices=FamilyKind)
    householder = models.CharField("户主", max_length=50)
    address = models.CharField("住址", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    needs = models.TextField("需求", max_length=1000, blank=True)
    starts_on = models.DateField("建档日期")
    ends_on = models.DateField("退出日期", null=True, blank=True)
    end_reason = models.CharField("退出原因", max_length=200, blank=True)
    frozen_on = models.DateField("冻结日期", null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = FamilyQuerySet.as_manager()

    class Meta:
        verbose_name = "帮扶家庭"
        indexes = [
            models.Index(fields=["starts_on", "id"], name="family_by_day"),
            models.Index(fields=["householder"], name="family_householder"),
        ]
        constraints = [
            dates_in_order("family_dates_in_order"),
            models.CheckConstraint(
                name="family_end_has_day",
                condition=Q(end_reason="") | Q(ends_on__isnull=False),
                violation_error_message="填写退出原因时须填退出日期",
            ),
        ]
        triggers = [stays_while_frozen("family_stays_while_frozen")]

    def __str__(self) -> str:
        return self.householder


class OfFamilyQuerySet(ScopedQuerySet):
    """Rows that belong to a family and are as sensitive as it is."""

    scope_path = "family__association__code"
    view_permission = Permission.VIEW_FAMILIES

    def in_force(self, *, on: date) -> Self:
        return self.filter(in_force(on))

    def between(self, first: date, last: date) -> Self:
        return self.filter(on__range=(first, last))


@tracked(in_bulk=True)
class FamilyMember(models.Model):
    """Somebody of a family, living or dead; no `Person`, which offices without the permission may read."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="members", verbose_name="家庭")
    name = models.CharField("姓名", max_length=50)
    kinship = models.CharField("家庭关系", max_length=15, choices=Kinship)
    sex = models.CharField("性别", max_length=10, choices=Sex)
    born_on = models.DateField("出生日期", null=True, blank=True)
    state = models.CharField("状况", max_length=15, choices=LifeState, default=LifeState.WELL)
    state_on = models.DateField("状况发生日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = "家庭成员"
        constraints = [
            models.CheckConstraint(
                name="family_member_state_after_birth",
                condition=Q(state_on__isnull=True)
                | Q(born_on__isnull=True)
                | Q(state_on__gte=models.F("born_on")),
                violation_error_message="状况发生日期不能早于出生日期",
            )
        ]

    def __str__(self) -> str:
        return self.name
