"""What may follow in the history of a notice, and who may do it: pure arithmetic on facts."""

from dataclasses import dataclass
from datetime import date

from portal.lib.dates import official_day
from portal.lib.findings import Finding, Severity
from portal.oversight.enums import AWAITS_ANSWER, NoticeKind, NoticeState, NoticeStep

# Closed is the end: what comes up again is a finding of its own. A mistaken notice is withdrawn, on record.
STEPS_FROM = {
    NoticeState.FOUND: (NoticeStep.NOTICED, NoticeStep.WITHDRAWN),
    NoticeState.NOTICED: (NoticeStep.ANSWERED, NoticeStep.RAISED, NoticeStep.WITHDRAWN),
    NoticeState.ANSWERED: (NoticeStep.CLOSED, NoticeStep.RETURNED, NoticeStep.RAISED),
    NoticeState.RETURNED: (NoticeStep.ANSWERED, NoticeStep.RAISED, NoticeStep.WITHDRAWN),
    # The level above issues it anew under its own number, or drops it.
    NoticeState.RAISED: (NoticeStep.NOTICED, NoticeStep.WITHDRAWN),
    NoticeState.CLOSED: (),
    NoticeState.WITHDRAWN: (),
}
JUDGEMENTS = (NoticeStep.CLOSED, NoticeStep.RETURNED)


@dataclass(frozen=True, kw_only=True)
class Act:
    """A step that somebody is about to take."""

    step: NoticeStep
    on: date
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """How somebody stands to a notice.

    `answers_for_subject` and `acts_for_handler` say what their grants reach; the others whose office they
    belong to, and whether the answer that waits is theirs. The handler is the issuer, or the office that
    the notice was raised to.
    """

    answers_for_subject: bool
    acts_for_handler: bool
    is_of_subject: bool
    is_of_issuing_side: bool
    is_answerer: bool


def state_after(step: NoticeStep) -> NoticeState:
    """Return the state that a step leaves behind."""
    return NoticeState(step.value)


def is_overdue(state: NoticeState, *, due_on: date | None, on: date) -> bool:
    """Tell whether an answer is awaited that was due before the day; on the due day itself it is not late."""
    return due_on is not None and due_on < on and state in AWAITS_ANSWER


def act_findings(act: Act, *, last: NoticeStep, last_on: date, today: date) -> list[Finding]:
    """Check a step against the history that it would continue, and its days against the calendar."""
    state = state_after(last)
    findings = []
    if act.step not in STEPS_FROM[state]:
        findings.append(_error("step-order", f"该督办目前为“{state.label}”，不能{act.step.label}"))
    if act.on < last_on:
        message = f"日期不能早于上一步的日期（{official_day(last_on)}）"
        findings.append(_error("day-order", message, "on"))
    return findings + day_findings(act, today=today)


def day_findings(act: Act, *, today: date) -> list[Finding]:
    """Check the days of one step by themselves."""
    findings = []
    if act.on > today:
        findings.append(_error("day-future", "日期不能晚于今天", "on"))
    if act.due_on and act.due_on < act.on:
        findings.append(_error("due-early", "回复期限不能早于发出日期", "due_on"))
    return findings


def actor_findings(step: NoticeStep, actor: Actor) -> list[Finding]:
    """Check who takes a step: the subject's office answers, the office above does everything else.

    Nobody handles a notice about their own association, and nobody judges their own answer.
    """
    if step == NoticeStep.ANSWERED:
        if actor.is_of_issuing_side:
            return [_error("own-notice", "督办由被督办协会回复，发出督办的协会不能代为回复")]
        if not actor.answers_for_subject:
            return [_error("not-subject", "只有被督办协会的办公室可以回复")]
        return []
    if actor.is_of_subject:
        return [_error("own-association", "不能办理针对本单位的督办，请由上级协会办理")]
    if not actor.acts_for_handler:
        return [_error("not-above", "只有发出督办的上级协会可以办理")]
    if step in JUDGEMENTS and actor.is_answerer:
        return [_error("own-answer", "不能审核自己提交的回复，请由他人办理")]
    return []


def subject_findings(kind: NoticeKind, *, milestone: str, body: str) -> list[Finding]:
    """Check that a notice names the milestone or the body that its kind is about, and no other."""
    findings = []
    if (kind == NoticeKind.OVERDUE_MILESTONE) != bool(milestone):
        message = "该类型不需选择改革事项" if milestone else "请选择逾期的改革事项"
        findings.append(_error("milestone", message, "milestone"))
    if (kind == NoticeKind.QUOTA) != bool(body):
        message = "该类型不需选择机构" if body else "请选择比例不达标的机构"
        findings.append(_error("body", message, "body"))
    return findings


def _error(code: str, message: str, field: str = "") -> Finding:
    return Finding(code=code, severity=Severity.ERROR, message=message, source=field)
