from datetime import date
from decimal import Decimal
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from associations.models import Association, in_force
from portal.accounts.history import tracked
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet
from tasks.enums import Essential, Recognition, VenueKind


class VenueQuerySet(ScopedQuerySet):
    view_permission = Permission.VIEW_STATISTICS

    def open(self, *, on: date) -> Self:
        """Venues that serve people on the day; the day of closing is still one."""
        return self.filter(in_force(on, start="opened_on", end="closed_on"))


@tracked(in_bulk=True)
class Venue(models.Model):
    """A place where an association serves people (阵地): a members' home, a club, a park."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="venues", verbose_name="协会"
    )
    kind = models.CharField("类型", max_length=20, choices=VenueKind)
    name = models.CharField("名称", max_length=100)
    address = models.CharField("地址", max_length=200)
    area = models.DecimalField(
        "面积(平方米)",
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    opened_on = models.DateField("启用日期")
    closed_on = models.DateField("停用日期", null=True, blank=True)
    recognition = models.CharField("示范级别", max_length=10, choices=Recognition, default=Recognition.NONE)
    essentials = ArrayField(
        models.CharField(max_length=10, choices=Essential),
        default=list,
        blank=True,
        verbose_name="六有",
    )
    facilities = models.TextField("设施", max_length=1000, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VenueQuerySet.as_manager()

    class Meta:
        verbose_name = "阵地"
        constraints = [
            models.UniqueConstraint(
                fields=["association", "name"],
                name="venue_name_unique",
                violation_error_message="该协会已登记同名阵地",
            ),
            models.CheckConstraint(
                name="venue_area_above_zero",
                condition=Q(area__isnull=True) | Q(area__gt=0),
                violation_error_message="面积须大于零",
            ),
            models.CheckConstraint(
                name="venue_dates_in_order",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                violation_error_message="停用日期不能早于启用日期",
            ),
            models.CheckConstraint(
                name="venue_essentials_of_a_warm_home",
                condition=Q(kind=VenueKind.WARM_HOME) | Q(essentials__len=0),
                violation_error_message="“六有”只适用于暖心家园",
            ),
        ]

    def __str__(self) -> str:
        return self.name
