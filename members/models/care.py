"""What was done for a family: insurance, visits, help."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from members.enums import HelpKind, VisitKind
from portal.accounts.history import tracked

from .council import dates_in_order
from .family import Family, OfFamilyQuerySet


@tracked(in_bulk=True)
class FamilyInsurance(models.Model):
    """A policy of the family insurance scheme over a span of days; money in fen."""

    family = models.ForeignKey(
        Family, on_delete=models.PROTECT, related_name="insurances", verbose_name="家庭"
    )
    insurer = models.CharField("承保公司", max_length=100)
    product = models.CharField("险种", max_length=100)
    insured_count = models.PositiveSmallIntegerField("参保人数", validators=[MinValueValidator(1)])
    premium_fen = models.PositiveBigIntegerField("保费(分)")
    subsidy_fen = models.PositiveBigIntegerField("其中财政补贴(分)", default=0)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = "家庭保险"
        constraints = [
            dates_in_order("family_insurance_dates_in_order"),
            models.CheckConstraint(
                name="family_insurance_insures_somebody",
                condition=Q(insured_count__gte=1),
                violation_error_message="参保人数至少为1",
            ),
            models.CheckConstraint(
                name="family_insurance_subsidy_within_premium",
                condition=Q(subsidy_fen__lte=F("premium_fen")),
                violation_error_message="财政补贴不能多于保费",
            ),
        ]

    def __str__(self) -> str:
        return self.product


@tracked(in_bulk=True)
class FamilyVisit(models.Model):
    """One visit to a family, on an ordinary day or on one of the occasions that ask for it."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="visits", verbose_name="家庭")
    kind = models.CharField("走访类型", max_length=15, choices=VisitKind)
    on = models.DateField("走访日期")
    visitor = models.CharField("走访人", max_length=100)
    note = models.TextField("走访情况", max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = "家庭走访"
        indexes = [models.Index(fields=["on", "id"], name="family_visit_by_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"


@tracked(in_bulk=True)
class FamilyHelp(models.Model):
    """Help given to a family on one day; what cost nothing has the amount 0."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="help", verbose_name="家庭")
    kind = models.CharField("帮扶方式", max_length=15, choices=HelpKind)
    on = models.DateField("帮扶日期")
    amount_fen = models.PositiveBigIntegerField("金额(分)", default=0)
    source = models.CharField("资金来源", max_length=100, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = "家庭帮扶"
        indexes = [models.Index(fields=["on", "id"], name="family_help_by_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"
