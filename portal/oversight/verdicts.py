"""The shapes that every page, reply and report reads its verdicts from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from associations.enums import Body, Milestone, MilestoneState
from associations.policies.rule_book import Citation
from members.rules import QuotaResult
from members.term_states import SittingTerm
from portal.lib.figures import percent_cut


@dataclass(frozen=True, kw_only=True)
class BodyQuota:
    """One body of one association on one day, against the rule that binds it.

    Units: percents 0–100; `percent` is cut to one decimal; the shortfalls are seats. `superior_percent`
    is what the stricter rule `weaker_than` asks.
    """

    body: Body
    total: int
    counted: int
    verdict: QuotaResult
    percent: Decimal | None
    required_percent: Decimal | None
    short_by_replacement: int
    short_by_addition: int | None
    rule: Citation | None
    weaker_than: Citation | None
    superior_percent: Decimal | None


@dataclass(frozen=True, kw_only=True)
class MilestoneStatus:
    """One milestone of one association on one day; `deadline`, `rule` and `weight` come from what binds."""

    milestone: Milestone
    state: MilestoneState
    deadline: date | None
    achieved_on: date | None
    document_number: str
    claimed_on: date | None
    is_overdue: bool
    is_late: bool
    weight: int
    rule: Citation
    weaker_than: Citation | None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Weights of the milestones that bind; adds up over a subtree. Claimed never counts as done."""

    required: int = 0
    verified: int = 0
    claimed: int = 0
    overdue: int = 0
    late: int = 0

    @property
    def percent(self) -> Decimal | None:
        return percent_cut(self.verified, self.required) if self.required else None

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(
            required=self.required + other.required,
            verified=self.verified + other.verified,
            claimed=self.claimed + other.claimed,
            overdue=self.overdue + other.overdue,
            late=self.late + other.late,
        )


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything that is judged of one association on one day."""

    quotas: tuple[BodyQuota, ...]
    term: SittingTerm
    statuses: tuple[MilestoneStatus, ...]
