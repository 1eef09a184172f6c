"""What a milestone's history amounts to and which step may follow: pure arithmetic on facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from associations.enums import COMPUTED_MILESTONES, FIRST_DAY, Milestone, MilestoneState, MilestoneStep
from portal.lib.dates import official_day
from portal.lib.findings import Finding, Severity


@dataclass(frozen=True, kw_only=True)
class Step:
    """One event of a milestone's history, as far as its state depends on it."""

    step: MilestoneStep
    on: date
    achieved_on: date | None
    document_number: str


STATE_AFTER = {
    MilestoneStep.STARTED: MilestoneState.IN_PROGRESS,
    MilestoneStep.WITHDRAWN: MilestoneState.IN_PROGRESS,
    MilestoneStep.CLAIMED: MilestoneState.CLAIMED,
    MilestoneStep.RETURNED: MilestoneState.RETURNED,
    MilestoneStep.VERIFIED: MilestoneState.VERIFIED,
}
# What may follow. A verified milestone can still be returned: a mistaken verdict must be mendable on record.
STEPS_FROM = {
    MilestoneState.NOT_STARTED: (MilestoneStep.STARTED, MilestoneStep.CLAIMED),
    MilestoneState.IN_PROGRESS: (MilestoneStep.CLAIMED,),
    MilestoneState.RETURNED: (MilestoneStep.CLAIMED,),
    MilestoneState.CLAIMED: (MilestoneStep.VERIFIED, MilestoneStep.RETURNED, MilestoneStep.WITHDRAWN),
    MilestoneState.VERIFIED: (MilestoneStep.RETURNED,),
}
UNFINISHED = (MilestoneState.NOT_STARTED, MilestoneState.IN_PROGRESS, MilestoneState.RETURNED)


@dataclass(frozen=True, kw_only=True)
class History:
    """What a milestone's steps up to a day amount to."""

    state: MilestoneState
    claim: Step | None


NO_HISTORY = History(state=MilestoneState.NOT_STARTED, claim=None)


def history_of(steps: Sequence[Step]) -> History:
    """Fold steps in order into a state: the last one decides; `claim` is the claim that still stands."""
    if not steps:
        return NO_HISTORY
    state = STATE_AFTER[steps[-1].step]
    standing = state in (MilestoneState.CLAIMED, MilestoneState.VERIFIED)
    claims = [step for step in steps if step.step == MilestoneStep.CLAIMED]
    return History(state=state, claim=claims[-1] if standing and claims else None)


def is_overdue(state: MilestoneState, *, deadline: date | None, on: date) -> bool:
    """Tell whether the deadline lies before the day and nothing has been claimed.

    A claim made in time that waits for its verifier is neither overdue nor late.
    """
    return deadline is not None and deadline < on and state in UNFINISHED


def is_late(history: History, *, deadline: date | None) -> bool:
    """Tell whether what stands claimed or verified was achieved (成文日期) after the deadline."""
    return (
        deadline is not None
        and history.claim is not None
        and history.claim.achieved_on is not None
        and history.claim.achieved_on > deadline
    )


@dataclass(frozen=True, kw_only=True)
class Act:
    """A step that somebody is about to take."""

    milestone: Milestone
    step: MilestoneStep
    on: date
    achieved_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Who is about to verify or return a claim, as far as it matters."""

    is_above: bool
    is_of_same_association: bool
    is_claimant: bool


def state_of(last: MilestoneStep | None) -> MilestoneState:
    """Return the state that the last step leaves behind; without one nothing has begun."""
    return STATE_AFTER[last] if last else MilestoneState.NOT_STARTED


def act_findings(act: Act, *, last: MilestoneStep | None, last_on: date | None, today: date) -> list[Finding]:
    """Check a step against the history that it would continue, and its days against the calendar."""
    state = state_of(last)
    findings = []
    if act.milestone in COMPUTED_MILESTONES:
        findings.append(_error("computed", f"“{act.milestone.label}”由数据自动计算，不需申报"))
    if act.step not in STEPS_FROM[state]:
        findings.append(_error("step-order", f"该事项目前为“{state.label}”，不能{act.step.label}"))
    if last_on and act.on < last_on:
        findings.append(_error("day-order", f"日期不能早于上一步的日期（{official_day(last_on)}）", "on"))
    if act.on > today:
        findings.append(_error("day-future", "日期不能晚于今天", "on"))
    return findings + achievement_findings(act.achieved_on, claimed_on=act.on)


def achievement_findings(achieved_on: date | None, *, claimed_on: date) -> list[Finding]:
    """Check the day of the document (成文日期) that a claim rests on."""
    if achieved_on is None:
        return []
    if achieved_on > claimed_on:
        return [_error("achieved-future", "成文日期不能晚于申报日期", "achieved_on")]
    if achieved_on < FIRST_DAY:
        message = f"成文日期不能早于计生协成立之日（{official_day(FIRST_DAY)}）"
        return [_error("achieved-early", message, "achieved_on")]
    return []


def judge_findings(judge: Judge) -> list[Finding]:
    """Check who verifies or returns: the office above, and never one's own claim."""
    if judge.is_of_same_association:
        return [_error("own-association", "不能核实或退回本单位的申报，请由上级协会办理")]
    if judge.is_claimant:
        return [_error("own-claim", "不能核实或退回自己提交的申报，请由他人办理")]
    if not judge.is_above:
        return [_error("not-above", "只有上级协会的核实人可以核实或退回")]
    return []


def _error(code: str, message: str, field: str = "") -> Finding:
    return Finding(code=code, severity=Severity.ERROR, message=message, source=field)
