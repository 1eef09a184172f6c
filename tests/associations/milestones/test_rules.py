from datetime import date

import pytest

from associations.enums import Milestone, MilestoneStep
from associations.milestones.rules import (
    Act,
    Judge,
    achievement_findings,
    act_findings,
    judge_findings,
)

TODAY = date(2021, 6, 30)
STARTED, CLAIMED, RETURNED = MilestoneStep.STARTED, MilestoneStep.CLAIMED, MilestoneStep.RETURNED
VERIFIED, WITHDRAWN = MilestoneStep.VERIFIED, MilestoneStep.WITHDRAWN
ALLOWED = {
    None: {STARTED, CLAIMED},
    STARTED: {CLAIMED},
    WITHDRAWN: {CLAIMED},
    RETURNED: {CLAIMED},
    CLAIMED: {VERIFIED, RETURNED, WITHDRAWN},
    VERIFIED: {RETURNED},
}


def codes(findings) -> list[str]:
    return [finding.code for finding in findings]


def act(step=CLAIMED, *, milestone=Milestone.PLAN_ISSUED, on=TODAY, achieved_on=None) -> Act:
    return Act(milestone=milestone, step=step, on=on, achieved_on=achieved_on)


@pytest.mark.parametrize("last", list(ALLOWED))
@pytest.mark.parametrize("step", list(MilestoneStep))
def test_step_follows_only_where_the_table_allows_it(last, step):
    findings = act_findings(act(step), last=last, last_on=TODAY if last else None, today=TODAY)

    assert codes(findings) == ([] if step in ALLOWED[last] else ["step-order"])


def test_step_order_is_explained():
    (finding,) = act_findings(act(VERIFIED), last=RETURNED, last_on=TODAY, today=TODAY)

    assert finding.message == "该事项目前为“已退回”，不能核实"


@pytest.mark.parametrize("milestone", [Milestone.QUOTAS, Milestone.RE_ELECTION, Milestone.NETWORK])
def test_computed_milestone_takes_no_step(milestone):
    findings = act_findings(act(milestone=milestone), last=None, last_on=None, today=TODAY)

    assert codes(findings) == ["computed"]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2021, 6, 28), ["day-order"]),
        (date(2021, 6, 29), []),
        (date(2021, 6, 30), []),
        (date(2021, 7, 1), ["day-future"]),
    ],
)
def test_day_lies_between_the_last_step_and_today(on, expected):
    findings = act_findings(act(on=on), last=STARTED, last_on=date(2021, 6, 29), today=TODAY)

    assert codes(findings) == expected


@pytest.mark.parametrize(
    ("achieved_on", "expected"),
    [
        (None, []),
        (date(1980, 5, 28), ["achieved-early"]),
        (date(1980, 5, 29), []),
        (date(2021, 6, 30), []),
        (date(2021, 7, 1), ["achieved-future"]),
    ],
)
def test_document_day_lies_between_the_founding_and_the_claim(achieved_on, expected):
    assert codes(achievement_findings(achieved_on, claimed_on=TODAY)) == expected


@pytest.mark.parametrize(
    ("is_above", "is_of_same_association", "is_claimant", "expected"),
    [
        (True, False, False, []),
        (False, False, False, ["not-above"]),
        (True, True, False, ["own-association"]),
        (True, False, True, ["own-claim"]),
        (False, True, True, ["own-association"]),
    ],
)
def test_claim_is_judged_only_by_others_above(is_above, is_of_same_association, is_claimant, expected):
    judge = Judge(is_above=is_above, is_of_same_association=is_of_same_association, is_claimant=is_claimant)

    assert codes(judge_findings(judge)) == expected
