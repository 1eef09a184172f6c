"""Milestone boards: one association's milestones with their histories, or those of all its children."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from associations.enums import COMPUTED_MILESTONES, Level, Milestone, MilestoneStep
from associations.milestones.permissions import open_steps
from associations.milestones.queries import histories_of, standing_claim
from associations.models import Association, MilestoneEvent
from portal.accounts.models import User
from portal.lib.dates import today

from .milestone_words import Cell, badge_of, cell_of
from .overview import child_above, children_of
from .reform import progress_of, statuses_of, statuses_of_many
from .rules_under import RulesUnder
from .verdicts import MilestoneStatus, Progress

PAGE_SIZE = 110


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    """One milestone of one association: where it stands, how it came there, what the user may do."""

    status: MilestoneStatus
    steps: tuple[MilestoneEvent, ...]
    claim: MilestoneEvent | None
    open_steps: tuple[MilestoneStep, ...]

    @property
    def last(self) -> MilestoneEvent | None:
        return self.steps[-1] if self.steps else None

    @property
    def badge(self) -> Cell:
        return badge_of(self.status)

    @property
    def is_computed(self) -> bool:
        return self.status.milestone in COMPUTED_MILESTONES

    @property
    def may_claim(self) -> bool:
        return MilestoneStep.CLAIMED in self.open_steps

    @property
    def may_start(self) -> bool:
        return MilestoneStep.STARTED in self.open_steps

    @property
    def may_withdraw(self) -> bool:
        return MilestoneStep.WITHDRAWN in self.open_steps

    @property
    def may_verify(self) -> bool:
        return MilestoneStep.VERIFIED in self.open_steps

    @property
    def may_return(self) -> bool:
        return MilestoneStep.RETURNED in self.open_steps


@dataclass(frozen=True, kw_only=True)
class ChildRow:
    """One association of the heat table; `cells` follow the milestones of the table."""

    association: Association
    cells: tuple[Cell, ...]
    own: Progress
    subtree: Progress

    @property
    def has_more_below(self) -> bool:
        return self.subtree.bound_count > self.own.bound_count


@dataclass(frozen=True, kw_only=True)
class SubtreeBoard:
    """A node and its children by milestone; `following` is the code after which the next page begins."""

    milestones: tuple[Milestone, ...]
    rows: tuple[ChildRow, ...]
    total: Progress
    child_count: int
    following: str


def board_of(association: Association, *, on: date, user: User) -> tuple[BoardRow, ...]:
    """List every milestone that binds the association on the day, in the order of the catalogue.

    Steps are open on today's board only: a past day is looked at and not worked on.
    """
    histories = histories_of(association, on=on)
    is_open = on == today()
    rows = []
    for status in statuses_of(association, on=on):
        milestone, state = status.milestone, status.state
        steps = histories.get(milestone, ())
        claim = standing_claim(steps)
        may = open_steps(user, association, milestone=milestone, state=state, claim=claim) if is_open else ()
        rows.append(BoardRow(status=status, steps=steps, claim=claim, open_steps=may))
    return tuple(rows)


def subtree_board(association: Association, *, on: date, after: str) -> SubtreeBoard:
    """Set the node's children against the milestones that bind any of them, with the node itself first."""
    rules = RulesUnder.at(association, on=on)
    code = rules.node
    bound = rules.bound(rules.bound_by_milestones)
    statuses = statuses_of_many(bound, on=on, rules=rules)
    by_code = children_of(code, level=Level(association.level), on=on)
    children = tuple(by_code.values())
    page = [child for child in children if child.code_on > after][:PAGE_SIZE]
    shown = page if after else [association, *page]
    milestones = _milestones(statuses[each.pk] for each in shown if each.pk in statuses)
    subtrees = _subtrees(code, by_code, bound, statuses)
    progress = {pk: progress_of(found) for pk, found in statuses.items()}
    total = sum(progress.values(), Progress())
    rows = tuple(
        ChildRow(
            association=each,
            cells=_cells(statuses.get(each.pk, ()), milestones),
            own=progress.get(each.pk, Progress()),
            subtree=total if each == association else subtrees[each.pk],
        )
        for each in shown
    )
    has_more = bool(page) and page[-1] != children[-1]
    return SubtreeBoard(
        milestones=milestones,
        rows=rows,
        total=total,
        child_count=len(children),
        following=page[-1].code_on if has_more else "",
    )


def _milestones(found: Iterable[Sequence[MilestoneStatus]]) -> tuple[Milestone, ...]:
    binding = {status.milestone for statuses in found for status in statuses}
    return tuple(milestone for milestone in Milestone if milestone in binding)


def _cells(statuses: Sequence[MilestoneStatus], milestones: Sequence[Milestone]) -> tuple[Cell, ...]:
    by_milestone = {status.milestone: status for status in statuses}
    return tuple(cell_of(by_milestone.get(milestone)) for milestone in milestones)


def _subtrees(
    node: str,
    children: dict[str, Association],
    bound: Sequence[Association],
    statuses: Mapping[int, Sequence[MilestoneStatus]],
) -> dict[int, Progress]:
    sums: defaultdict[str, Progress] = defaultdict(Progress)
    for each in bound:
        sums[child_above(each.code_on, children, node)] += progress_of(statuses[each.pk])
    return {child.pk: sums[code] for code, child in children.items()}
