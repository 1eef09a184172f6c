"""Whether a step of a milestone may be taken: pure checks on its history and on who takes it."""

from dataclasses import dataclass
from datetime import date

from portal.lib.dates import official_day
from portal.lib.findings import Finding, Severity

from .enums import COMPUTED_MILESTONES, Milestone, MilestoneState, MilestoneStep
from .rules import STATE_AFTER, STEPS_FROM

# The day on which the national association was founded: no document of an association is older.
FIRST_DAY = date(1980, 5, 29)


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
