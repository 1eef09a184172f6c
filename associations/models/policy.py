from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from associations.codes import scopes_above
from associations.enums import (
    Body,
    Constituency,
    Employment,
    Issue,
    KeyTask,
    Level,
    Milestone,
    Post,
    Visibility,
)
from portal.accounts.history import tracked
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet, under_any
from portal.records.models import StoredFile

from .association import Association, in_force


class PolicyQuerySet(ScopedQuerySet):
    """Documents bind downwards: who is below the issuer may read them, unless they are restricted."""

    scope_path = "issuer__code"

    def visible_to(self, user, permission: Permission | None = None) -> Self:
        permission = permission or self.view_permission
        prefixes = user.scope.prefixes_for(permission)
        own = under_any(self.scope_path, prefixes)
        if permission != Permission.VIEW_REGISTER:
            return self.filter(own).scoped()
        ancestors = {above for prefix in prefixes for above in scopes_above(prefix)}
        above = Q(**{f"{self.scope_path}__in": ancestors}) & ~Q(
            **{self.visibility_path: Visibility.RESTRICTED}
        )
        return self.filter(own | above).scoped()

    visibility_path = "visibility"


@tracked()
class PolicyDocument(models.Model):
    """A document whose clauses are the rules that verdicts rest on."""

    issuer = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="policies", verbose_name="适用地区"
    )
    issued_by = models.CharField("发文机关", max_length=200)
    number = models.CharField("文号", max_length=60, blank=True)
    title = models.CharField("标题", max_length=200)
    dated_on = models.DateField("成文日期", null=True, blank=True)
    printed_on = models.DateField("印发日期", null=True, blank=True)
    published_on = models.DateField("发布日期", null=True, blank=True)
    issue = models.CharField("发文方式", max_length=10, choices=Issue, default=Issue.ISSUED)
    visibility = models.CharField("公开范围", max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    basis = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="based", verbose_name="依据"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, verbose_name="附件")
    remark = models.CharField("备注", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = "政策文件"
        ordering = ["-dated_on", "number"]
        constraints = [
            models.UniqueConstraint(
                # By issuer: an office learns nothing of the documents that others keep to themselves.
                fields=["issuer", "number"],
                condition=~Q(number=""),
                name="policy_number_unique",
                violation_error_message="该文号已经登记",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}({self.number})" if self.number else self.title


class RuleQuerySet(PolicyQuerySet):
    scope_path = "document__issuer__code"
    visibility_path = "document__visibility"

    def in_force(self, *, on: date) -> Self:
        return self.filter(in_force(on))

    def reaching(self, code: str) -> Self:
        """Rules whose scope covers `code` or lies below it; they bind also who may not read the document."""
        covering = Q(scope__code__in=scopes_above(code))
        return self.filter(covering | Q(scope__code__startswith=code)).scoped()


class Rule(models.Model):
    """One clause of a document: whom it binds, from when to when."""

    document = models.ForeignKey(
        PolicyDocument, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name="政策文件"
    )
    clause = models.CharField("条款", max_length=60)
    scope = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="+", verbose_name="适用地区"
    )
    levels = ArrayField(models.PositiveSmallIntegerField(choices=Level), verbose_name="约束层级")
    starts_on = models.DateField("生效日期")
    ends_on = models.DateField("失效日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RuleQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="失效日期不能早于生效日期",
            )
        ]

    def asks_less_than(self, other: Self) -> bool:
        """Tell whether this rule is weaker than another of its family; without a measure none is."""
        return False


@tracked()
class QuotaRule(Rule):
    """The least share of a body's seats that must be held for the grass roots."""

    body = models.CharField("机构", max_length=10, choices=Body)
    min_percent = models.DecimalField(
        "最低比例(%)",
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    constituencies = ArrayField(
        models.CharField(max_length=20, choices=Constituency), verbose_name="计入的代表类别"
    )

    class Meta(Rule.Meta):
        verbose_name = "比例规定"

    def __str__(self) -> str:
        return f"{self.get_body_display()} ≥{self.min_percent.normalize():f}%"

    def asks_less_than(self, other: Self) -> bool:
        return self.min_percent < other.min_percent


@tracked()
class MilestoneRule(Rule):
    """A reform milestone that associations must reach, by when, shown by what, and how much it weighs."""

    milestone = models.CharField("改革事项", max_length=30, choices=Milestone)
    deadline = models.DateField("完成期限", null=True, blank=True)
    evidence = models.CharField("佐证材料", max_length=200)
    # Weight 0: shown on the board and not counted, for clauses that bind only where conditions allow.
    weight = models.PositiveSmallIntegerField("权重", default=1)

    class Meta(Rule.Meta):
        verbose_name = "改革事项规定"

    def __str__(self) -> str:
        return self.get_milestone_display()

    def asks_less_than(self, other: Self) -> bool:
        return (self.deadline or date.max) > (other.deadline or date.max)


@tracked()
class TermRule(Rule):
    """How long a term lasts and how late its re-election may be."""

    years = models.PositiveSmallIntegerField("每届年数")
    max_delay_months = models.PositiveSmallIntegerField("最长延期月数", default=12)

    class Meta(Rule.Meta):
        verbose_name = "届期规定"
        constraints = [
            *Rule.Meta.constraints,
            # Terms are counted on from any day of the calendar: further on there is no day to fall due.
            models.CheckConstraint(
                name="termrule_lengths_sensible",
                condition=Q(years__range=(1, 20), max_delay_months__lte=120),
                violation_error_message="每届年数须为1至20年，最长延期不超过120个月",
            ),
        ]

    def __str__(self) -> str:
        return f"每届{self.years}年"

    def asks_less_than(self, other: Self) -> bool:
        return self.years > other.years


@tracked()
class PostRule(Rule):
    """Which office elsewhere brings a post, or on what terms the post is held."""

    post = models.CharField("职务", max_length=30, choices=Post)
    held_by = models.CharField("由何职务兼任", max_length=100, blank=True)
    employment = models.CharField("任职形式", max_length=20, choices=Employment, blank=True)

    class Meta(Rule.Meta):
        verbose_name = "职务规定"

    def __str__(self) -> str:
        return self.get_post_display()


@tracked()
class StaffingRule(Rule):
    """How many people an association's office must have."""

    min_staff = models.PositiveSmallIntegerField("最少人数")
    max_staff = models.PositiveSmallIntegerField("最多人数", null=True, blank=True)
    employment = models.CharField("用工形式", max_length=20, choices=Employment, blank=True)

    class Meta(Rule.Meta):
        verbose_name = "人员规定"

    def __str__(self) -> str:
        return f"工作人员不少于{self.min_staff}人"

    def asks_less_than(self, other: Self) -> bool:
        return self.min_staff < other.min_staff


@tracked()
class ObservanceRule(Rule):
    """A day that the associations mark every year: a fixed date, or the n-th weekday of a month."""

    name = models.CharField("名称", max_length=50)
    month = models.PositiveSmallIntegerField("月", validators=[MinValueValidator(1), MaxValueValidator(12)])
    day = models.PositiveSmallIntegerField("日", null=True, blank=True)
    weekday = models.PositiveSmallIntegerField("星期(0为星期一)", null=True, blank=True)
    week = models.PositiveSmallIntegerField("第几个", null=True, blank=True)

    class Meta(Rule.Meta):
        verbose_name = "纪念日规定"
        constraints = [
            *Rule.Meta.constraints,
            models.CheckConstraint(
                name="observancerule_day_or_weekday",
                condition=Q(day__isnull=False, weekday__isnull=True, week__isnull=True)
                | Q(day__isnull=True, weekday__isnull=False, week__isnull=False),
                violation_error_message="须填固定日期，或第几个星期几，二者选一",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class KeyTaskRule(Rule):
    """One of the six key tasks under the name and in the place that the document gives it."""

    task = models.CharField("任务", max_length=30, choices=KeyTask)
    name = models.CharField("名称", max_length=50)
    position = models.PositiveSmallIntegerField("次序")

    class Meta(Rule.Meta):
        verbose_name = "重点任务规定"

    def __str__(self) -> str:
        return self.name


@tracked()
class Provision(Rule):
    """A clause that people must know and that no figure is computed from."""

    topic = models.CharField("事项", max_length=50)
    text = models.CharField("内容", max_length=500)

    class Meta(Rule.Meta):
        verbose_name = "其他规定"

    def __str__(self) -> str:
        return self.topic


RULE_FAMILIES: tuple[type[Rule], ...] = (
    QuotaRule,
    MilestoneRule,
    TermRule,
    PostRule,
    StaffingRule,
    ObservanceRule,
    KeyTaskRule,
    Provision,
)
