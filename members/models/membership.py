from datetime import date
from typing import Self

from django.db import models
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Left

from associations.models import Association, in_force
from members.enums import LeaveReason, MemberCategory, MemberKind
from portal.accounts.history import tracked
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .council import dates_in_order
from .person import Person


class MemberGroupQuerySet(ScopedQuerySet):
    view_permission = Permission.VIEW_STATISTICS

    def active(self, *, on: date) -> Self:
        return self.filter(in_force(on))


@tracked(in_bulk=True)
class MemberGroup(models.Model):
    """A 会员小组: members of one association who meet in their neighbourhood."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="member_groups", verbose_name="协会"
    )
    name = models.CharField("名称", max_length=60)
    leader = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="led_groups",
        verbose_name="组长",
    )
    starts_on = models.DateField("成立日期")
    ends_on = models.DateField("撤销日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MemberGroupQuerySet.as_manager()

    class Meta:
        verbose_name = "会员小组"
        constraints = [
            models.UniqueConstraint(
                fields=["association", "name"],
                name="member_group_name_unique",
                violation_error_message="该协会已有同名会员小组",
            ),
            # What the foreign key (group, association) of a membership refers to.
            models.UniqueConstraint(fields=["id", "association"], name="member_group_of_association"),
            dates_in_order("member_group_dates_in_order"),
        ]

    def __str__(self) -> str:
        return self.name


class MemberOrganisationQuerySet(ScopedQuerySet):
    view_permission = Permission.VIEW_PEOPLE


@tracked(in_bulk=True)
class MemberOrganisation(models.Model):
    """A unit that may join as a whole (团体会员): a factory, a hospital, a school."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="member_organisations", verbose_name="登记协会"
    )
    name = models.CharField("名称", max_length=100)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    contact_name = models.CharField("联系人", max_length=50, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MemberOrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "团体"
        constraints = [
            models.UniqueConstraint(
                fields=["association", "name"],
                name="member_organisation_name_unique",
                violation_error_message="该协会已登记同名团体",
            )
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(ScopedQuerySet):
    view_permission = Permission.VIEW_PEOPLE

    def on_roll(self, *, on: date) -> Self:
        """Memberships that count on the day; the day of leaving is still one."""
        return self.filter(Q(left_on__isnull=True) | Q(left_on__gte=on), joined_on__lte=on)

    def open(self) -> Self:
        return self.filter(left_on__isnull=True)

    def individuals(self) -> Self:
        return self.filter(kind=MemberKind.INDIVIDUAL)

    def organisations(self) -> Self:
        return self.filter(kind=MemberKind.ORGANISATION)

    def key_members(self) -> Self:
        return self.filter(is_key_member=True)

    def counts_by_kind(self) -> QuerySet[Self, tuple[str, int]]:
        return self.order_by().values_list("kind").annotate(count=Count("pk"))

    def counts_by_code(self, width: int) -> QuerySet[Self, tuple[str, int]]:
        """Count by the first `width` digits of the associations' codes."""
        prefix = Left("association__code", width)
        return self.order_by().values_list(prefix).annotate(count=Count("pk"))


@tracked(in_bulk=True)
class Membership(models.Model):
    """A person or an organisation on the roll of an association, from the day of joining to the last day."""

    association = models.ForeignKey(
        Association,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name="协会",
        db_index=False,  # `membership_list` begins with it
    )
    kind = models.CharField("会员类型", max_length=15, choices=MemberKind)
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name="人员",
    )
    organisation = models.ForeignKey(
        MemberOrganisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name="团体",
        db_index=False,
    )
    # Its foreign key is (group, association), so that no group of another association can be named.
    group = models.ForeignKey(
        MemberGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name="会员小组",
        db_constraint=False,
        db_index=False,
    )
    category = models.CharField(
        "会员类别", max_length=20, choices=MemberCategory, default=MemberCategory.OTHER
    )
    is_key_member = models.BooleanField("骨干会员", default=False)
    joined_on = models.DateField("入会日期")
    left_on = models.DateField("退会日期", null=True, blank=True)
    leave_reason = models.CharField("退会原因", max_length=15, choices=LeaveReason, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "会员"
        ordering = ["-joined_on", "-pk"]
        indexes = [
            # Long lists page by (joined_on, id): over a whole province, and inside one association.
            models.Index(fields=["joined_on", "id"], name="membership_by_day"),
            models.Index(fields=["association", "joined_on", "id"], name="membership_list"),
            # The few among millions that a list is narrowed to.
            models.Index(
                fields=["joined_on", "id"],
                name="membership_organisations",
                condition=Q(kind=MemberKind.ORGANISATION),
            ),
            models.Index(
                fields=["joined_on", "id"], name="membership_key_members", condition=Q(is_key_member=True)
            ),
            # Who has not left is counted from the index alone; the others are few, and end on a day.
            models.Index(
                fields=["association", "kind", "joined_on"],
                name="membership_open",
                condition=Q(left_on__isnull=True),
            ),
            models.Index(
                fields=["association", "left_on"],
                name="membership_left",
                condition=Q(left_on__isnull=False),
            ),
            models.Index(fields=["group"], name="membership_group", condition=Q(group__isnull=False)),
            models.Index(
                fields=["organisation"],
                name="membership_organisation",
                condition=Q(organisation__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="membership_is_of_one",
                condition=Q(kind=MemberKind.INDIVIDUAL, person__isnull=False, organisation__isnull=True)
                | Q(kind=MemberKind.ORGANISATION, person__isnull=True, organisation__isnull=False),
                violation_error_message="个人会员须选人员，团体会员须选团体，且只能选其一",
            ),
            models.CheckConstraint(
                name="membership_dates_in_order",
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                violation_error_message="退会日期不能早于入会日期",
            ),
            models.CheckConstraint(
                name="membership_leaving_is_whole",
                condition=Q(left_on__isnull=True, leave_reason="")
                | (Q(left_on__isnull=False) & ~Q(leave_reason="")),
                violation_error_message="退会日期与退会原因须同时填写",
            ),
            models.UniqueConstraint(
                fields=["person", "association"],
                condition=Q(left_on__isnull=True),
                name="membership_open_once",
                violation_error_message="该人员已是该协会会员",
            ),
            models.UniqueConstraint(
                fields=["organisation", "association"],
                condition=Q(left_on__isnull=True),
                name="membership_organisation_open_once",
                violation_error_message="该团体已是该协会会员",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person or self.organisation)
