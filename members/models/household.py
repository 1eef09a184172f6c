from datetime import date
from typing import Self

from django.db import models

from portal.accounts.history import tracked
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .council import dates_in_order
from .membership import Membership


class ContactHouseholdQuerySet(ScopedQuerySet):
    scope_path = "membership__association__code"
    view_permission = Permission.VIEW_PEOPLE


@tracked(in_bulk=True)
class ContactHousehold(models.Model):
    """A 联系户: a household that one member keeps in touch with."""

    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="households", verbose_name="联系会员"
    )
    householder = models.CharField("户主", max_length=50)
    address = models.CharField("住址", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    starts_on = models.DateField("联系起始")
    ends_on = models.DateField("联系截止", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ContactHouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = "联系户"
        indexes = [models.Index(fields=["householder"], name="contact_household_name")]
        constraints = [dates_in_order("contact_household_dates_in_order")]

    def __str__(self) -> str:
        return self.householder


class HouseholdVisitQuerySet(ScopedQuerySet):
    scope_path = "household__membership__association__code"
    view_permission = Permission.VIEW_PEOPLE

    def between(self, first: date, last: date) -> Self:
        return self.filter(on__range=(first, last))


@tracked(in_bulk=True)
class HouseholdVisit(models.Model):
    """One visit of a member to the household that they keep in touch with."""

    household = models.ForeignKey(
        ContactHousehold, on_delete=models.PROTECT, related_name="visits", verbose_name="联系户"
    )
    on = models.DateField("走访日期")
    note = models.CharField("走访情况", max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = HouseholdVisitQuerySet.as_manager()

    class Meta:
        verbose_name = "联系户走访"
        indexes = [models.Index(fields=["on", "id"], name="household_visit_by_day")]

    def __str__(self) -> str:
        return f"{self.household} {self.on}"
