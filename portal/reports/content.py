"""What a report says. These shapes are stored as JSON, and every file of a report is made from them alone."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from associations.enums import Body, Level, Milestone, MilestoneState
from associations.policies.rule_book import Citation
from portal.lib.figures import percent_cut
from portal.oversight.verdicts import BodyQuota, MilestoneStatus, Progress


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whom a report is about, as of which day, and up to which change on record.

    `superior` is the association above, empty at the top; `data_at` is the last change that is counted.
    """

    code: str
    name: str
    short_name: str
    level: Level
    superior: str
    on: date
    made_on: date
    data_at: datetime


@dataclass(frozen=True, kw_only=True)
class Place:
    """An association of the table; `depth` 0 is the subject itself, 1 below it, 2 below one of those."""

    code: str
    name: str
    level: Level
    depth: int


@dataclass(frozen=True, kw_only=True)
class QuotaCover:
    """Units: associations, bodies, seats. `met_percent` is met of the bodies that a rule binds, cut."""

    associations: int
    associations_met: int
    ruled: int
    met: int
    short: int
    no_council: int
    no_rule: int
    met_percent: Decimal | None
    seats_to_replace: int


@dataclass(frozen=True, kw_only=True)
class BodyLine:
    """One body over all associations of the table."""

    body: Body
    met: int
    short: int
    no_council: int
    no_rule: int
    met_percent: Decimal | None


@dataclass(frozen=True, kw_only=True)
class QuotaRow:
    place: Place
    bodies: tuple[BodyQuota, ...]


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """One body that a rule binds and that does not meet it."""

    place: Place
    quota: BodyQuota
    reason: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class QuotaRuleLine:
    """A rule that the verdicts rest on, and how many associations of the table it binds."""

    rule: Citation
    body: Body
    required_percent: Decimal
    bound: int
    weaker_than: Citation | None


@dataclass(frozen=True, kw_only=True)
class QuotaReport:
    subject: Subject
    cover: QuotaCover
    bodies: tuple[BodyLine, ...]
    rows: tuple[QuotaRow, ...]
    shortfalls: tuple[Shortfall, ...]
    rules: tuple[QuotaRuleLine, ...]

    @property
    def associations_ruled(self) -> int:
        """Associations of the table that some quota binds."""
        return sum(any(quota.rule for quota in row.bodies) for row in self.rows)

    @property
    def associations_percent(self) -> Decimal | None:
        """Associations that meet every quota, of those that some quota binds; cut."""
        ruled = self.associations_ruled
        return percent_cut(self.cover.associations_met, ruled) if ruled else None


@dataclass(frozen=True, kw_only=True)
class ReformCover:
    """The milestones of the subject and everything below it; percents are cut."""

    associations: int
    progress: Progress
    verified_percent: Decimal | None


@dataclass(frozen=True, kw_only=True)
class MilestoneLine:
    """One milestone over all associations that it binds; counts of associations.

    `unweighted` of them have it with weight 0; `verified_percent` is empty where nothing is computed yet.
    """

    milestone: Milestone
    bound: int
    verified: int
    claimed: int
    returned: int
    in_progress: int
    not_started: int
    not_computed: int
    overdue: int
    unweighted: int
    verified_percent: Decimal | None


@dataclass(frozen=True, kw_only=True)
class ReformRow:
    """An association with its own progress and that of its whole subtree."""

    place: Place
    own: Progress
    below: Progress
    own_percent: Decimal | None
    below_percent: Decimal | None


@dataclass(frozen=True, kw_only=True)
class MilestoneRow:
    """One milestone of one association."""

    place: Place
    status: MilestoneStatus


@dataclass(frozen=True, kw_only=True)
class OverdueItem:
    place: Place
    milestone: Milestone
    state: MilestoneState
    deadline: date
    days_overdue: int
    weight: int
    rule: Citation
    reason: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class WaitingItem:
    """A claim that nobody has verified yet."""

    place: Place
    milestone: Milestone
    claimed_on: date
    days_waiting: int
    weight: int
    document_number: str


@dataclass(frozen=True, kw_only=True)
class LateItem:
    """A claim whose document is dated after the deadline."""

    place: Place
    milestone: Milestone
    state: MilestoneState
    deadline: date
    achieved_on: date
    weight: int
    document_number: str


@dataclass(frozen=True, kw_only=True)
class ReformReport:
    subject: Subject
    cover: ReformCover
    milestones: tuple[MilestoneLine, ...]
    rows: tuple[ReformRow, ...]
    statuses: tuple[MilestoneRow, ...]
    overdue: tuple[OverdueItem, ...]
    waiting: tuple[WaitingItem, ...]
    late: tuple[LateItem, ...]

    @property
    def overdue_unweighted(self) -> int:
        """Overdue items of weight 0: in every number of items, and in no sum of weights."""
        return sum(not item.weight for item in self.overdue)

    @property
    def waiting_unweighted(self) -> int:
        """Waiting claims of weight 0."""
        return sum(not item.weight for item in self.waiting)

    @property
    def late_unweighted(self) -> int:
        """Late claims of weight 0."""
        return sum(not item.weight for item in self.late)


Content = QuotaReport | ReformReport
