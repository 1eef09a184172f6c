from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from associations.models import Association, in_force
from members.models.council import Days
from portal.accounts.history import tracked
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet
from tasks.enums import PartnerKind


class PartnerUnitQuerySet(ScopedQuerySet):
    view_permission = Permission.VIEW_STATISTICS

    def in_force(self, *, on: date) -> Self:
        return self.filter(in_force(on))


@tracked(in_bulk=True)
class PartnerUnit(models.Model):
    """A unit that agreed to work with an association over a span of days."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="partner_units", verbose_name="协会"
    )
    name = models.CharField("单位名称", max_length=100)
    kind = models.CharField("单位类型", max_length=20, choices=PartnerKind)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    does = models.TextField("合作内容", max_length=500)
    contact_name = models.CharField("联系人", max_length=50, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    starts_on = models.DateField("协议起始日期")
    ends_on = models.DateField("协议截止日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PartnerUnitQuerySet.as_manager()

    class Meta:
        verbose_name = "合作单位"
        constraints = [
            models.CheckConstraint(
                name="partner_unit_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="截止日期不能早于起始日期",
            ),
            models.CheckConstraint(
                name="partner_unit_credit_code_shape",
                condition=Q(credit_code="") | Q(credit_code__regex=r"^[0-9A-Z]{18}$"),
                violation_error_message="统一社会信用代码应为18位数字或大写字母",
            ),
            ExclusionConstraint(
                name="partner_unit_agreed_once_a_day",
                expressions=[
                    ("association", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    (Days(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="与该单位的另一份协议日期重叠",
            ),
        ]

    def __str__(self) -> str:
        return self.name
