"""The figures of a dashboard: one node and its children on a day, in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Window

from associations.codes import scopes_above
from associations.enums import Level
from associations.models import Association
from associations.register.coverage import Coverage, coverage_by_place
from members.rules import QuotaResult
from members.term_states import SittingTerm, standing_in, standing_of, terms_sitting
from portal.lib.dates import now
from portal.lib.figures import percent_cut

from .council_filters import ENDED, ENDING
from .quotas import meets_all
from .reform import progress_of, standings_of_many
from .rules_under import RulesUnder
from .verdicts import BodyQuota, MilestoneStatus, Progress, Standing

# As many as a dashboard shows of a list.
MOST_URGENT = 12


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
class TermNotices:
    """How many of the terms that sit below end within six months or have ended, and the most urgent."""

    count: int = 0
    ended_count: int = 0
    urgent: tuple[TermNotice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A node on a day: its whole subtree, each child, its own milestones, what needs somebody's attention."""

    association: Association
    on: date
    as_of: datetime
    total: PlaceFigures
    coverage_by_level: dict[Level, Coverage]
    children: tuple[PlaceFigures, ...]
    own_statuses: tuple[MilestoneStatus, ...]
    overdue: tuple[OverdueMilestone, ...]
    terms: TermNotices


@dataclass(kw_only=True)
class _Sums:
    coverage: defaultdict[str, Coverage] = field(default_factory=lambda: defaultdict(Coverage))
    quotas: defaultdict[str, QuotaTally] = field(default_factory=lambda: defaultdict(QuotaTally))
    reform: defaultdict[str, Progress] = field(default_factory=lambda: defaultdict(Progress))

    def figures(self, child: Association) -> PlaceFigures:
        place = child.code_on
        return PlaceFigures(
            code=child.code,
            name=child.short_name,
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
    rules = RulesUnder.at(association, on=on)
    code = rules.node
    children = children_of(code, level=Level(association.level), on=on)
    offices = rules.bound(rules.bound_by_quotas | rules.bound_by_milestones)
    standings = standings_of_many(offices, on=on, rules=rules)
    own = standings.get(association.pk)
    sums = _Sums()
    by_level: defaultdict[Level, Coverage] = defaultdict(Coverage)
    width = max(map(len, children), default=len(code))
    for (place, level), coverage in coverage_by_place(code, width=width, on=on).items():
        sums.coverage[child_above(place, children, code)] += coverage
        by_level[level] += coverage
    for office in offices:
        child = child_above(office.code_on, children, code)
        sums.quotas[child] += _tally(standings[office.pk].quotas)
        sums.reform[child] += progress_of(standings[office.pk].statuses)
    return Overview(
        association=association,
        on=on,
        as_of=now(),
        total=sums.total(association),
        coverage_by_level=dict(sorted(by_level.items())),
        children=tuple(sums.figures(child) for child in children.values()),
        own_statuses=tuple(own.statuses) if own else (),
        overdue=_overdue(offices, standings, on=on),
        terms=term_notices(rules),
    )


def children_of(code: str, *, level: Level, on: date) -> dict[str, Association]:
    """List the associations of the divisions directly below a place, by their code on the day.

    A level may be missing in between: the counties of a municipality hang directly under it.
    """
    near = Association.objects.under_on(code, on=on).divisions().due(on=on)
    below = near.filter(level__gt=level, level__lte=level + 2)
    children: dict[str, Association] = {}
    for association in sorted(below, key=lambda each: each.code_on):
        if not any(above in children for above in scopes_above(association.code_on)[:-1]):
            children[association.code_on] = association
    return children


def child_above(place: str, children: dict[str, Association], node: str) -> str:
    """Return the child that a place lies in, or the node itself where none of them covers it."""
    return next((above for above in scopes_above(place) if above in children), node)


def _tally(quotas: Sequence[BodyQuota]) -> QuotaTally:
    bound = any(quota.verdict != QuotaResult.NO_RULE for quota in quotas)
    return QuotaTally(bound=int(bound), met=int(meets_all(quotas)))


def _overdue(
    offices: Iterable[Association], standings: dict[int, Standing], *, on: date
) -> tuple[OverdueMilestone, ...]:
    found = [
        OverdueMilestone(association=office, status=status, days=(on - status.deadline).days)
        for office in offices
        for status in standings[office.pk].statuses
        if status.is_overdue and status.deadline
    ]
    return tuple(sorted(found, key=lambda item: (-item.days, item.association.code)))


def term_notices(rules: RulesUnder) -> TermNotices:
    """Count the terms that end soon or have ended, of all that sit under a place, whatever binds there."""
    on = rules.on
    ending = (
        terms_sitting(rules.places, on=on, book=rules.terms)
        .filter(standing_in(ENDING, on=on))
        .annotate(
            count=Window(Count("pk")), ended_count=Window(Count("pk", filter=standing_in(ENDED, on=on)))
        )
        .select_related("association")
        .order_by("due_on", "association__code")
    )
    urgent = list(ending[:MOST_URGENT])
    return TermNotices(
        count=urgent[0].count if urgent else 0,
        ended_count=urgent[0].ended_count if urgent else 0,
        urgent=tuple(
            TermNotice(
                association=term.association,
                term=standing_of(term.association, term, rules.terms, on=on, codes=rules.codes),
            )
            for term in urgent
        ),
    )
