from datetime import date, timedelta

import pytest

from portal.oversight.enums import NoticeKind, NoticeState, NoticeStep
from portal.oversight.supervision.rules import (
    STEPS_FROM,
    Act,
    Actor,
    act_findings,
    actor_findings,
    is_overdue,
    subject_findings,
)

DAY = date(2021, 2, 20)
NEXT = DAY + timedelta(days=1)
BEFORE = DAY - timedelta(days=1)
NOBODY = {
    "answers_for_subject": False,
    "acts_for_handler": False,
    "is_of_subject": False,
    "is_of_issuing_side": False,
    "is_answerer": False,
}
JUDGE = {"acts_for_handler": True, "is_of_issuing_side": True}
SUBJECT = {"answers_for_subject": True, "is_of_subject": True}


def codes(findings) -> list[str]:
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("state", "on", "expected"),
    [
        (NoticeState.NOTICED, DAY, False),
        (NoticeState.NOTICED, NEXT, True),
        (NoticeState.RETURNED, DAY, False),
        (NoticeState.RETURNED, NEXT, True),
        (NoticeState.ANSWERED, NEXT, False),
        (NoticeState.RAISED, NEXT, False),
        (NoticeState.CLOSED, NEXT, False),
        (NoticeState.WITHDRAWN, NEXT, False),
    ],
)
def test_answer_is_overdue_from_the_day_after_it_was_due(state, on, expected):
    assert is_overdue(state, due_on=DAY, on=on) is expected


def test_nothing_is_overdue_before_a_day_was_set():
    assert is_overdue(NoticeState.FOUND, due_on=None, on=NEXT) is False


@pytest.mark.parametrize("last", list(NoticeStep))
@pytest.mark.parametrize("step", list(NoticeStep))
def test_only_the_steps_of_the_table_may_follow(last, step):
    findings = act_findings(Act(step=step, on=DAY), last=last, last_on=DAY, today=DAY)

    allowed = step in STEPS_FROM[NoticeState(last.value)]
    assert codes(findings) == ([] if allowed else ["step-order"])


@pytest.mark.parametrize(
    ("on", "due_on", "expected"),
    [
        (DAY, DAY, []),
        (BEFORE, DAY, ["day-order"]),
        (NEXT, NEXT, ["day-future"]),
        (DAY, BEFORE, ["due-early"]),
        (DAY, NEXT, []),
    ],
)
def test_days_follow_one_another(on, due_on, expected):
    act = Act(step=NoticeStep.NOTICED, on=on, due_on=due_on)

    assert codes(act_findings(act, last=NoticeStep.FOUND, last_on=DAY, today=DAY)) == expected


@pytest.mark.parametrize(
    ("step", "actor", "expected"),
    [
        (NoticeStep.ANSWERED, SUBJECT, []),
        (NoticeStep.ANSWERED, {"answers_for_subject": True}, []),
        (NoticeStep.ANSWERED, NOBODY, ["not-subject"]),
        (NoticeStep.ANSWERED, JUDGE | {"answers_for_subject": True}, ["own-notice"]),
        (NoticeStep.NOTICED, JUDGE, []),
        (NoticeStep.NOTICED, NOBODY, ["not-above"]),
        (NoticeStep.NOTICED, SUBJECT, ["own-association"]),
        (NoticeStep.CLOSED, JUDGE, []),
        (NoticeStep.CLOSED, JUDGE | {"is_of_subject": True}, ["own-association"]),
        (NoticeStep.CLOSED, {"acts_for_handler": True, "is_answerer": True}, ["own-answer"]),
        (NoticeStep.RETURNED, {"acts_for_handler": True, "is_answerer": True}, ["own-answer"]),
        (NoticeStep.RAISED, {"acts_for_handler": True, "is_answerer": True}, []),
        (NoticeStep.WITHDRAWN, SUBJECT, ["own-association"]),
    ],
)
def test_each_side_takes_its_own_steps(step, actor, expected):
    assert codes(actor_findings(step, Actor(**(NOBODY | actor)))) == expected


@pytest.mark.parametrize(
    ("kind", "milestone", "body", "expected"),
    [
        (NoticeKind.OVERDUE_MILESTONE, "plan-issued", "", []),
        (NoticeKind.OVERDUE_MILESTONE, "", "", ["milestone"]),
        (NoticeKind.OVERDUE_MILESTONE, "plan-issued", "council", ["body"]),
        (NoticeKind.QUOTA, "", "council", []),
        (NoticeKind.QUOTA, "plan-issued", "", ["milestone", "body"]),
        (NoticeKind.HOLLOW, "", "", []),
        (NoticeKind.OTHER, "", "council", ["body"]),
    ],
)
def test_notice_names_what_its_kind_is_about(kind, milestone, body, expected):
    assert codes(subject_findings(kind, milestone=milestone, body=body)) == expected
