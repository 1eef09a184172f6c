"""改革进展报告: the figures, read once and judged by `portal.oversight`."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from associations.enums import Milestone, MilestoneState
from associations.models import Association
from portal.lib.figures import percent_cut
from portal.oversight.reform import progress_of, statuses_of_many
from portal.oversight.rules_under import RulesUnder
from portal.oversight.verdicts import MilestoneStatus, Progress

from . import queries
from .content import (
    LateItem,
    MilestoneLine,
    MilestoneRow,
    OverdueItem,
    ReformCover,
    ReformReport,
    ReformRow,
    WaitingItem,
)
from .queries import Listed

REASONS = {
    MilestoneState.NOT_STARTED: "尚未启动",
    MilestoneState.IN_PROGRESS: "尚未完成",
    MilestoneState.RETURNED: "申报被退回",
}
COMPUTED_REASON = "登记数据未达要求"
COMPUTED_REMEDIES = {
    Milestone.QUOTAS: "按比例合规报告所列席位调整",
    Milestone.RE_ELECTION: "召开代表大会换届并登记",
    Milestone.NETWORK: "补齐乡村两级组织",
}
REMEDIES = {
    MilestoneState.NOT_STARTED: "尽快启动，成文后申报",
    MilestoneState.IN_PROGRESS: "尽快成文并申报",
    MilestoneState.RETURNED: "按退回理由补正后再申报",
}


def build(association: Association, *, on: date, made_on: date) -> ReformReport:
    """Say how far the milestones of an association and of all below it have come.

    Runs a fixed number of statements. The table lists fewer associations than the totals count: a province's
    totals include its townships where a rule binds them.
    """
    rules = RulesUnder.at(association, on=on)
    listed = queries.listed(association, on=on, codes=rules.codes)
    every = queries.with_bound(listed, rules.bound(rules.bound_by_milestones), codes=rules.codes)
    found = statuses_of_many([each.association for each in every], on=on, rules=rules)
    statuses = tuple(
        MilestoneRow(place=each.place, status=status)
        for each in every
        for status in found[each.association.pk]
    )
    return ReformReport(
        subject=queries.subject_of(association, on=on, made_on=made_on),
        cover=_cover(statuses),
        milestones=_milestone_lines(statuses),
        rows=_rows(listed, every, found),
        statuses=statuses,
        overdue=tuple(_overdue_item(row, on=on) for row in statuses if row.status.is_overdue),
        waiting=_waiting_items(statuses, on=on),
        late=_late_items(statuses),
    )


def _cover(statuses: Sequence[MilestoneRow]) -> ReformCover:
    progress = progress_of(row.status for row in statuses)
    return ReformCover(
        associations=len({row.place.code for row in statuses}),
        progress=progress,
        verified_percent=progress.percent,
    )


def _rows(
    listed: Sequence[Listed],
    every: Sequence[Listed],
    found: Mapping[int, Sequence[MilestoneStatus]],
) -> tuple[ReformRow, ...]:
    own = {each.code_on: progress_of(found[each.association.pk]) for each in every}
    below: defaultdict[str, Progress] = defaultdict(Progress)
    for code, progress in own.items():
        for end in range(2, len(code) + 1):
            below[code[:end]] += progress
    return tuple(_row(each, own[each.code_on], below[each.code_on]) for each in listed)


def _row(each: Listed, own: Progress, below: Progress) -> ReformRow:
    return ReformRow(
        place=each.place,
        own=own,
        below=below,
        own_percent=own.percent,
        below_percent=below.percent,
    )


def _milestone_lines(statuses: Iterable[MilestoneRow]) -> tuple[MilestoneLine, ...]:
    states: defaultdict[Milestone, Counter[MilestoneState]] = defaultdict(Counter)
    overdue: Counter[Milestone] = Counter()
    unweighted: Counter[Milestone] = Counter()
    for row in statuses:
        states[row.status.milestone][row.status.state] += 1
        overdue[row.status.milestone] += row.status.is_overdue
        unweighted[row.status.milestone] += not row.status.weight
    return tuple(
        _milestone_line(
            milestone, states[milestone], overdue=overdue[milestone], unweighted=unweighted[milestone]
        )
        for milestone in Milestone
        if milestone in states
    )


def _milestone_line(
    milestone: Milestone, counts: Counter[MilestoneState], *, overdue: int, unweighted: int
) -> MilestoneLine:
    verified, not_computed = counts[MilestoneState.VERIFIED], counts[MilestoneState.NOT_COMPUTED]
    return MilestoneLine(
        milestone=milestone,
        bound=counts.total(),
        verified=verified,
        claimed=counts[MilestoneState.CLAIMED],
        returned=counts[MilestoneState.RETURNED],
        in_progress=counts[MilestoneState.IN_PROGRESS],
        not_started=counts[MilestoneState.NOT_STARTED],
        not_computed=not_computed,
        overdue=overdue,
        unweighted=unweighted,
        verified_percent=None if not_computed else percent_cut(verified, counts.total()),
    )


def _overdue_item(row: MilestoneRow, *, on: date) -> OverdueItem:
    status = row.status
    deadline = status.deadline or on
    return OverdueItem(
        place=row.place,
        milestone=status.milestone,
        state=status.state,
        deadline=deadline,
        days_overdue=(on - deadline).days,
        weight=status.weight,
        rule=status.rule,
        reason=COMPUTED_REASON if status.milestone in COMPUTED_REMEDIES else REASONS[status.state],
        remedy=COMPUTED_REMEDIES.get(status.milestone) or REMEDIES[status.state],
    )


def _waiting_items(statuses: Iterable[MilestoneRow], *, on: date) -> tuple[WaitingItem, ...]:
    return tuple(
        WaitingItem(
            place=row.place,
            milestone=row.status.milestone,
            claimed_on=row.status.claimed_on,
            days_waiting=(on - row.status.claimed_on).days,
            weight=row.status.weight,
            document_number=row.status.document_number,
        )
        for row in statuses
        if row.status.state == MilestoneState.CLAIMED and row.status.claimed_on
    )


def _late_items(statuses: Iterable[MilestoneRow]) -> tuple[LateItem, ...]:
    return tuple(
        LateItem(
            place=row.place,
            milestone=row.status.milestone,
            state=row.status.state,
            deadline=row.status.deadline,
            achieved_on=row.status.achieved_on,
            weight=row.status.weight,
            document_number=row.status.document_number,
        )
        for row in statuses
        if row.status.is_late and row.status.deadline and row.status.achieved_on
    )
