"""The shapes that every page, reply and report reads its verdicts from."""

from collections.abc import Collection
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


def in_catalogue_order(milestones: Collection[Milestone]) -> tuple[Milestone, ...]:
    """Return the milestones in the order in which every page lists them."""
    return tuple(each for each in Milestone if each in milestones) if milestones else ()


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The milestones that bind, by weight and by number; adds up over a subtree. Claimed is never done.

    Units: `required`, `verified`, `claimed`, `overdue` and `late` are weights, and the rate is made of them;
    each `*_count` is a number of milestones (项), those of weight 0 among them. What nothing computes yet,
    named by `uncomputed`, is bound and in no other figure: nobody can reach it.
    """

    required: int = 0
    verified: int = 0
    claimed: int = 0
    overdue: int = 0
    late: int = 0
    bound_count: int = 0
    claimed_count: int = 0
    overdue_count: int = 0
    late_count: int = 0
    uncomputed_count: int = 0
    uncomputed: tuple[Milestone, ...] = ()

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
            bound_count=self.bound_count + other.bound_count,
            claimed_count=self.claimed_count + other.claimed_count,
            overdue_count=self.overdue_count + other.overdue_count,
            late_count=self.late_count + other.late_count,
            uncomputed_count=self.uncomputed_count + other.uncomputed_count,
            uncomputed=in_catalogue_order({*self.uncomputed, *other.uncomputed}),
        )


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything that is judged of one association on one day."""

    quotas: tuple[BodyQuota, ...]
    term: SittingTerm
    statuses: tuple[MilestoneStatus, ...]
