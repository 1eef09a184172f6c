"""The page of a report: what its template is given, as words."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.template.loader import render_to_string

from associations.policies.rule_book import Citation
from portal.lib.dates import official_day
from portal.oversight.milestone_words import uncomputed_note
from portal.oversight.reform import progress_of
from portal.oversight.verdicts import MilestoneStatus, Progress

from .content import Content, OverdueItem, QuotaReport, QuotaRow, ReformReport, ReformRow, Shortfall, Subject
from .drawings import drawings_of
from .tiles import tiles_of

# A longer table goes to the workbook, and the page shows its head.
MOST_ROWS = 300
EXCERPT = 30
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Table(Generic[T]):
    """The rows that paper shows, and how many there are."""

    rows: Sequence[T]
    total: int

    @property
    def is_excerpt(self) -> bool:
        return len(self.rows) < self.total


@dataclass(frozen=True, kw_only=True)
class QuotaLine:
    """A row of the table with the documents that its verdicts rest on, each named once."""

    row: QuotaRow
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReformLine:
    """A row of the table; `items` are counted from its milestones, which older reports list uncounted."""

    row: ReformRow
    items: Progress


def page_of(content: Content, *, preview: bool = False) -> str:
    """Render a report as HTML, for paper or (`preview`) for a screen."""
    match content:
        case QuotaReport():
            template, own = "reports/quota.html", _quota_words(content)
        case ReformReport():
            template, own = "reports/reform.html", _reform_words(content)
    shared = _shared_words(content.subject)
    return render_to_string(
        template,
        shared
        | own
        | {
            "report": content,
            "charts": drawings_of(content),
            "tiles": tiles_of(content),
            "preview": preview,
        },
    )


def _shared_words(subject: Subject) -> dict[str, object]:
    return {
        "issuer": subject.name,
        "document_number": "",
        "addressee": subject.superior,
        "signed_day": official_day(subject.made_on),
        "data_time": f"登记数据更新至{subject.data_at:%Y-%m-%d %H:%M}，此后登记的变更未计入",
        "on": official_day(subject.on),
    }


def _quota_words(report: QuotaReport) -> dict[str, object]:
    lines = [QuotaLine(row=row, rules=_rules_of(row)) for row in report.rows]
    return {
        "title_lines": _title(report, "基层一线比例合规报告"),
        "lines": cut(lines),
        "shortfalls": cut(report.shortfalls, worst=_seats_short),
    }


def _rules_of(row: QuotaRow) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(quota.rule) for quota in row.bodies if quota.rule))


def _seats_short(item: Shortfall) -> int:
    return item.quota.short_by_replacement


def _reform_words(report: ReformReport) -> dict[str, object]:
    lines = [line for line in _reform_lines(report) if line.row.below.required or line.items.bound_count]
    return {
        "title_lines": _title(report, "改革进展报告"),
        "lines": cut(lines),
        "unbound": len(report.rows) - len(lines),
        "uncomputed": uncomputed_note(report.cover.progress),
        "overdue": cut(report.overdue, worst=_days_overdue),
        "waiting": cut(report.waiting, worst=lambda item: item.days_waiting),
        "late": cut(report.late),
        "rules": _cited(row.status.rule for row in report.statuses),
    }


def _reform_lines(report: ReformReport) -> list[ReformLine]:
    statuses: defaultdict[str, list[MilestoneStatus]] = defaultdict(list)
    for each in report.statuses:
        statuses[each.place.code].append(each.status)
    return [ReformLine(row=row, items=progress_of(statuses[row.place.code])) for row in report.rows]


def _cited(rules: Iterable[Citation]) -> list[str]:
    """Name each document once, with all its clauses."""
    clauses: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for rule in rules:
        clauses[rule.document_number or rule.title][rule.clause] = None
    return [f"{document} {'、'.join(found)}" for document, found in clauses.items()]


def _days_overdue(item: OverdueItem) -> int:
    return item.days_overdue


def _title(content: Content, name: str) -> list[str]:
    subject = content.subject
    whose = subject.name if len(content.rows) == 1 else f"{subject.short_name}各级计划生育协会"
    return [whose, name]


def cut(rows: Sequence[T], *, worst: Callable[[T], int] | None = None) -> Table[T]:
    """Keep a table that fits on paper whole, and of a longer one its first, or its worst, rows."""
    if len(rows) <= MOST_ROWS:
        return Table(rows=rows, total=len(rows))
    ordered = sorted(rows, key=worst, reverse=True) if worst else rows
    return Table(rows=ordered[:EXCERPT], total=len(rows))
