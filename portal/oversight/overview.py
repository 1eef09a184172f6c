"""The figures of a dashboard: one node and its children on a day, in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from associations.coverage import Coverage, coverage_by_place
from associations.enums import CODE_WIDTH, Level
from associations.models import Association
from members.enums import TermState
from members.rules import QuotaResult
from members.term_states import SittingTerm, sitting_terms
from portal.lib.dates import now
from portal.lib.figures import percent_cut

from .quotas import meets_all, quotas_of_many
from .reform import bound_under, progress_of, statuses_of_many
from .verdicts import BodyQuota, MilestoneStatus, Progress


@dataclass(frozen=True, kw_only=True)
class QuotaTally:
    """Associations that a quota binds and those of them that meet every one; adds up over places."""

    bound: int = 0
    met: int = 0

    def __add__(self, other: "QuotaTally") -> "QuotaTally":
        return QuotaTally(bound=self.bound + other.bound, met=self.met + other.met)

    @property
    def percent(self) -> Decimal | None:
        return percent_cut(self.met, self.bound) if self.bound else None


@dataclass(frozen=True, kw_only=True)
class PlaceFigures:
    """The figures of one place with everything below it."""

    code: str
    name: str
    coverage: Coverage
    quotas: QuotaTally
    reform: Progress


@dataclass(frozen=True, kw_only=True)
class OverdueMilestone:
    """A milestone past its deadline that nobody has claimed."""

    association: Association
    status: MilestoneStatus
    days: int


@dataclass(frozen=True, kw_only=True)
class TermNotice:
    """A term that ends within six months or should have ended."""

    association: Association
    term: SittingTerm


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A node on a day: its whole subtree, each child, and what needs somebody's attention."""

    association: Association
    on: date
    as_of: datetime
    total: PlaceFigures
    coverage_by_level: dict[Level, Coverage]
    children: tuple[PlaceFigures, ...]
    overdue: tuple[OverdueMilestone, ...]
    terms: tuple[TermNotice, ...]


@dataclass(kw_only=True)
class _Sums:
    coverage: defaultdict[str, Coverage] = field(default_factory=lambda: defaultdict(Coverage))
    quotas: defaultdict[str, QuotaTally] = field(default_factory=lambda: defaultdict(QuotaTally))
    reform: defaultdict[str, Progress] = field(default_factory=lambda: defaultdict(Progress))

    def figures(self, place: str, name: str) -> PlaceFigures:
        return PlaceFigures(
            code=place,
            name=name,
            coverage=self.coverage[place],
            quotas=self.quotas[place],
            reform=self.reform[place],
        )

    def total(self, association: Association) -> PlaceFigures:
        return PlaceFigures(
            code=association.code,
            name=association.short_name,
            coverage=sum(self.coverage.values(), Coverage()),
            quotas=sum(self.quotas.values(), QuotaTally()),
            reform=sum(self.reform.values(), Progress()),
        )


def overview_of(association: Association, *, on: date) -> Overview:
    """Gather a node's dashboard: coverage, quotas and reform of its subtree, by child, with overdue items."""
    children = children_of(association, on=on)
    width = len(children[0].code) if children else _next_width(association.code)
    offices = bound_under(association.code, on=on)
    statuses = statuses_of_many(offices, on=on)
    quotas = quotas_of_many(offices, on=on)
    counts = coverage_by_place(association.code, width=width, on=on)
    by_level: defaultdict[Level, Coverage] = defaultdict(Coverage)
    sums = _Sums()
    for (place, level), coverage in counts.items():
        sums.coverage[place] += coverage
        by_level[level] += coverage
    for office in offices:
        place = office.code_on[:width]
        sums.quotas[place] += _tally(quotas[office.pk])
        sums.reform[place] += progress_of(statuses[office.pk])
    return Overview(
        association=association,
        on=on,
        as_of=now(),
        total=sums.total(association),
        coverage_by_level=dict(sorted(by_level.items())),
        children=tuple(sums.figures(child.code, child.short_name) for child in children),
        overdue=_overdue(offices, statuses, on=on),
        terms=_terms(offices, on=on),
    )


def children_of(association: Association, *, on: date) -> Sequence[Association]:
    """List the associations of the divisions directly below, as the tree was on the day."""
    found = Association.objects.under_on(association.code, on=on).divisions().due(on=on)
    return list(found.filter(parent=association).order_by("code"))


def _next_width(code: str) -> int:
    return next((width for width in CODE_WIDTH.values() if width > len(code)), len(code))


def _tally(quotas: Sequence[BodyQuota]) -> QuotaTally:
    bound = any(quota.verdict != QuotaResult.NO_RULE for quota in quotas)
    return QuotaTally(bound=int(bound), met=int(meets_all(quotas)))


def _overdue(
    offices: Iterable[Association], statuses: dict[int, tuple[MilestoneStatus, ...]], *, on: date
) -> tuple[OverdueMilestone, ...]:
    found = [
        OverdueMilestone(association=office, status=status, days=(on - status.deadline).days)
        for office in offices
        for status in statuses[office.pk]
        if status.is_overdue and status.deadline
    ]
    return tuple(sorted(found, key=lambda item: (-item.days, item.association.code)))


def _terms(offices: Sequence[Association], *, on: date) -> tuple[TermNotice, ...]:
    terms = sitting_terms(offices, on=on)
    found = [
        TermNotice(association=office, term=terms[office.pk])
        for office in offices
        if terms[office.pk].state not in (TermState.IN_TERM, TermState.NONE)
    ]
    return tuple(sorted(found, key=lambda item: (item.term.due_on or date.max, item.association.code)))
