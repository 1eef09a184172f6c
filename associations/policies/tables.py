"""How the rules of each family are laid out as a table."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from associations.enums import Constituency, Level
from associations.models import (
    KeyTaskRule,
    MilestoneRule,
    ObservanceRule,
    PostRule,
    Provision,
    QuotaRule,
    Rule,
    StaffingRule,
    TermRule,
)
from associations.policies.bound_rules import BoundFamily
from associations.policies.queries import slug_of
from associations.policies.rule_queries import citation_of
from portal.lib.dates import official_day

WEEKDAYS = "一二三四五六日"
UNSAID = "未规定"


@dataclass(frozen=True, kw_only=True)
class Column:
    label: str
    text: Callable[[Rule], str]


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """A rule in words; `state` tells whether it holds on the page's day; it is corrected at `edit_url`."""

    rule: Rule
    cells: tuple[str, ...]
    whom: str
    state: str
    is_open: bool
    edit_url: str


@dataclass(frozen=True, kw_only=True)
class RuleTable:
    """The rules of one family; `name` is how addresses call the family."""

    label: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[RuleRow, ...]


def rule_table(family: type[Rule], rules: Iterable[Rule], *, on: date) -> RuleTable:
    """Lay out rules of one family as they stand on the day."""
    return RuleTable(
        label=str(family._meta.verbose_name),
        name=family._meta.model_name or "",
        columns=tuple(column.label for column in COLUMNS[family]),
        rows=tuple(rule_row(rule, on=on) for rule in rules),
    )


def rule_row(rule: Rule, *, on: date) -> RuleRow:
    """Put one rule into words."""
    ended = rule.ends_on is not None and rule.ends_on < on
    return RuleRow(
        rule=rule,
        cells=tuple(column.text(rule) for column in COLUMNS[type(rule)]),
        whom=f"{rule.scope.short_name}：{levels_text(rule.levels)}",
        state="已失效" if ended else "未生效" if rule.starts_on > on else "有效",
        is_open=rule.ends_on is None,
        edit_url=reverse(f"records:{slug_of(type(rule))}_edit", args=[rule.pk]),
    )


def levels_text(levels: Iterable[int]) -> str:
    """Name the levels that a rule binds."""
    return f"{'、'.join(Level(level).label for level in sorted(levels))}级"


def _percent(rule: QuotaRule) -> str:
    return f"≥{rule.min_percent.normalize():f}%"


def _counted(rule: QuotaRule) -> str:
    return "、".join(Constituency(each).label for each in rule.constituencies)


def _deadline(rule: MilestoneRule) -> str:
    return official_day(rule.deadline) if rule.deadline else UNSAID


def _weight(rule: MilestoneRule) -> str:
    return str(rule.weight) if rule.weight else "0（不计入进度）"


def _staff(rule: StaffingRule) -> str:
    return f"{rule.min_staff}至{rule.max_staff}人" if rule.max_staff else f"不少于{rule.min_staff}人"


def day_text(rule: ObservanceRule) -> str:
    """Say on which day of the year an observance falls."""
    if rule.day:
        return f"{rule.month}月{rule.day}日"
    return f"{rule.month}月第{rule.week}个星期{WEEKDAYS[rule.weekday]}"


def _column(label: str, text: Callable) -> Column:
    return Column(label=label, text=text)


COLUMNS: dict[type[Rule], tuple[Column, ...]] = {
    QuotaRule: (
        _column("机构", QuotaRule.get_body_display),
        _column("最低比例", _percent),
        _column("计入的代表类别", _counted),
    ),
    MilestoneRule: (
        _column("改革事项", MilestoneRule.get_milestone_display),
        _column("完成期限", _deadline),
        _column("佐证材料", lambda rule: rule.evidence),
        _column("权重", _weight),
    ),
    TermRule: (
        _column("每届年数", lambda rule: f"{rule.years}年"),
        _column("最长延期", lambda rule: f"{rule.max_delay_months}个月"),
    ),
    PostRule: (
        _column("职务", PostRule.get_post_display),
        _column("由何职务兼任", lambda rule: rule.held_by or UNSAID),
        _column("任职形式", lambda rule: rule.get_employment_display() or UNSAID),
    ),
    StaffingRule: (
        _column("人数", _staff),
        _column("用工形式", lambda rule: rule.get_employment_display() or UNSAID),
    ),
    ObservanceRule: (_column("名称", lambda rule: rule.name), _column("日期", day_text)),
    KeyTaskRule: (
        _column("次序", lambda rule: str(rule.position)),
        _column("名称", lambda rule: rule.name),
        _column("所属任务", KeyTaskRule.get_task_display),
    ),
    Provision: (_column("事项", lambda rule: rule.topic), _column("内容", lambda rule: rule.text)),
}


@dataclass(frozen=True, kw_only=True)
class BoundRow:
    """A rule that binds, in words; `document_pk` is None where the user may not read the document."""

    cells: tuple[str, ...]
    source: str
    document_pk: int | None
    starts_on: date
    weaker_than: str


@dataclass(frozen=True, kw_only=True)
class BoundTable:
    """What one family asks of an association; without rows nothing does (无规定)."""

    label: str
    columns: tuple[str, ...]
    rows: tuple[BoundRow, ...]


def bound_table(found: BoundFamily) -> BoundTable:
    """Lay out the rules of one family that bind an association."""
    columns = COLUMNS[found.family]
    return BoundTable(
        label=str(found.family._meta.verbose_name),
        columns=tuple(column.label for column in columns),
        rows=tuple(
            BoundRow(
                cells=tuple(column.text(bound.rule) for column in columns),
                source=str(citation_of(bound.rule)),
                document_pk=bound.rule.document_id if bound.is_readable else None,
                starts_on=bound.rule.starts_on,
                weaker_than=_stricter(bound.weaker_than),
            )
            for bound in found.bound
        ),
    )


def _stricter(rule: Rule | None) -> str:
    return f"{rule}（{citation_of(rule)}）" if rule else ""
