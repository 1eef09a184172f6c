from datetime import date
from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from associations.enums import Employment, Establishment, Kind, Level, PartyOrganisation, SuccessionKind
from portal.accounts.history import tracked
from portal.accounts.roles import ROLE_PERMISSIONS
from portal.accounts.scope import ScopedQuerySet


def in_force(on: date, *, start: str = "starts_on", end: str = "ends_on") -> Q:
    """Rows whose inclusive dates cover the day; an open start or end reaches for ever."""
    return (Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": on})) & (
        Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": on})
    )


def exists_on(on: date) -> Q:
    """Associations that were set up by the day and not dissolved before it."""
    return Q(established_on__isnull=False) & in_force(on, start="established_on", end="dissolved_on")


def code_borne(on: date, *, by: str, code: str) -> Combinable:
    """Return the code on the day of the association whose key stands at `by` and present code at `code`."""
    next_change = (
        Succession.objects.scoped()
        .filter(association=OuterRef(by), on__gt=on, kind=SuccessionKind.RECODE)
        .order_by("on", "pk")
        .values("old_code")[:1]
    )
    return Coalesce(Subquery(next_change), F(code))


class AssociationQuerySet(ScopedQuerySet):
    scope_path = "code"

    def at_level(self, *levels: Level) -> Self:
        return self.filter(level__in=levels)

    def divisions(self) -> Self:
        """Associations that coverage counts: those of the official divisions."""
        return self.filter(kind=Kind.DIVISION)

    def due(self, *, on: date) -> Self:
        """Associations that ought to exist on the day."""
        return self.filter(in_force(on, start="due_from", end="due_until"))

    def established(self, *, on: date) -> Self:
        return self.filter(exists_on(on))

    def missing(self, *, on: date) -> Self:
        return self.exclude(exists_on(on))

    def alive(self, *, on: date) -> Self:
        """Divisions that are due on the day and other associations that are not dissolved by then."""
        not_dissolved = Q(dissolved_on__isnull=True) | Q(dissolved_on__gte=on)
        return self.due(on=on).filter(Q(kind=Kind.DIVISION) | not_dissolved)

    def counted(self, *, on: date) -> Self:
        """Whom figures of a day count: divisions that are due, established or not, and others that exist."""
        return self.due(on=on).filter(Q(kind=Kind.DIVISION) | exists_on(on))

    def counts_by_kind(self) -> QuerySet[Self, tuple[str, int]]:
        return self.values_list("kind").annotate(count=Count("pk")).order_by("kind")

    def with_code_on(self, on: date) -> Self:
        """Annotate `code_on`: the code that the association bore on the day."""
        return self.annotate(code_on=code_borne(on, by="pk", code="code"))

    def under_on(self, code: str, *, on: date) -> Self:
        """Keep what lay under `code` in the tree of the day; the caller loaded that association in scope."""
        later = Succession.objects.scoped().filter(on__gt=on, kind=SuccessionKind.RECODE)
        moved = Q(pk__in=later.values("association"))
        return (
            self.with_code_on(on)
            .filter((Q(code__startswith=code) & ~moved) | (moved & Q(code_on__startswith=code)))
            .scoped()
        )


@tracked(in_bulk=True)
class Association(models.Model):
    """An association that ought to exist; without `established_on` it is missing (应建未建).

    The official code is the path: a prefix is a subtree, its slices are the ancestors.
    """

    code = models.CharField("代码", max_length=20, db_collation="C")
    level = models.PositiveSmallIntegerField("层级", choices=Level)
    kind = models.CharField("类别", max_length=20, choices=Kind, default=Kind.DIVISION)
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=60)
    name_key = models.CharField("拼音首字母", max_length=60, db_collation="C", editable=False)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级协会",
    )
    due_from = models.DateField("应建起始", null=True, blank=True)
    due_until = models.DateField("应建截止", null=True, blank=True)
    established_on = models.DateField("成立日期", null=True, blank=True)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    legal_representative = models.CharField("法定代表人", max_length=50, blank=True)
    host_body = models.CharField("日常工作承担单位", max_length=100, blank=True)
    party_organisation = models.CharField(
        "党组织", max_length=20, choices=PartyOrganisation, default=PartyOrganisation.NONE
    )
    home_place = models.CharField("流出地", max_length=100, blank=True)
    host_place = models.CharField("驻地", max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    code_on: str  # set by `with_code_on()`

    objects = AssociationQuerySet.as_manager()

    class Meta:
        verbose_name = "协会"
        ordering = ["code"]
        default_permissions = ()
        permissions = ROLE_PERMISSIONS
        indexes = [
            models.Index(fields=["level", "code"], name="association_level_code"),
            models.Index(fields=["name_key"], name="association_name_key"),
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="association_name_trigram"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="association_code_unique", violation_error_message="代码已被使用"
            ),
            models.CheckConstraint(
                name="association_code_fits_level",
                condition=Q(level=Level.PROVINCE, code__regex=r"^\d{2}$")
                | Q(level=Level.CITY, code__regex=r"^\d{4}$")
                | Q(level=Level.COUNTY, code__regex=r"^\d{6}$")
                | Q(level=Level.TOWNSHIP, code__regex=r"^\d{9}$")
                | Q(level=Level.VILLAGE, code__regex=r"^\d{12}$")
                | Q(level=Level.UNIT, code__regex=r"^\d{2,12}-\d{4}$"),
                violation_error_message="代码位数与层级不符",
            ),
            models.CheckConstraint(
                name="association_unit_is_no_division",
                condition=Q(level=Level.UNIT) ^ Q(kind=Kind.DIVISION),
                violation_error_message="行政区划以外的协会须为单位层级",
            ),
            models.CheckConstraint(
                name="association_dates_in_order",
                condition=Q(dissolved_on__isnull=True) | Q(dissolved_on__gte=F("established_on")),
                violation_error_message="撤销日期不能早于成立日期",
            ),
            models.CheckConstraint(
                name="association_due_in_order",
                condition=Q(due_until__isnull=True)
                | Q(due_from__isnull=True)
                | Q(due_until__gte=F("due_from")),
                violation_error_message="应建截止不能早于应建起始",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_due(self, *, on: date) -> bool:
        begins, ends = self.due_from, self.due_until
        return (begins is None or begins <= on) and (ends is None or ends >= on)

    def is_counted(self, *, on: date) -> bool:
        """Tell of one association what `counted()` keeps of many."""
        return self.is_due(on=on) and (self.kind == Kind.DIVISION or self.is_established(on=on))

    def is_established(self, *, on: date) -> bool:
        return (
            self.established_on is not None
            and self.established_on <= on
            and (self.dissolved_on is None or self.dissolved_on >= on)
        )


class OfAssociationQuerySet(ScopedQuerySet):
    """Rows that an association owns through their `association`."""

    def in_force(self, *, on: date) -> Self:
        return self.filter(in_force(on))


@tracked()
class Staffing(models.Model):
    """Posts of one kind that an association's office has, over a span of days."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="staffing", verbose_name="协会"
    )
    establishment = models.CharField("编制", max_length=20, choices=Establishment)
    employment = models.CharField("用工形式", max_length=20, choices=Employment)
    is_mixed = models.BooleanField("混编混岗", default=False)
    headcount = models.PositiveSmallIntegerField("人数")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfAssociationQuerySet.as_manager()

    class Meta:
        verbose_name = "人员配备"
        constraints = [
            models.CheckConstraint(
                name="staffing_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="截止日期不能早于起始日期",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_establishment_display()} {self.get_employment_display()} {self.headcount}人"


@tracked(in_bulk=True)
class Succession(models.Model):
    """A change of an association's code or name, or its passing into or out of another one."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="successions", verbose_name="协会"
    )
    kind = models.CharField("类型", max_length=10, choices=SuccessionKind)
    on = models.DateField("生效日期")
    old_code = models.CharField("原代码", max_length=20, db_collation="C")
    new_code = models.CharField("新代码", max_length=20, db_collation="C")
    old_name = models.CharField("原名称", max_length=100)
    new_name = models.CharField("新名称", max_length=100)
    other = models.ForeignKey(
        Association,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="并入或析出自",
    )
    document_number = models.CharField("依据文号", max_length=100)

    objects = OfAssociationQuerySet.as_manager()

    class Meta:
        verbose_name = "沿革"
        ordering = ["on", "pk"]
        indexes = [models.Index(fields=["on"], name="succession_on")]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code}"
