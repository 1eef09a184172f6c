import pytest

from associations.enums import Milestone, MilestoneState
from associations.policies.rule_book import Citation
from portal.oversight.milestone_words import LEGEND, badge_of, cell_of
from portal.oversight.verdicts import MilestoneStatus

CITATION = Citation(document_number="一号", title="方案", clause="一", issuer_code="36", issuer_name="江西省")
S = MilestoneState


def status(
    state: MilestoneState,
    milestone: Milestone = Milestone.PLAN_ISSUED,
    *,
    is_overdue: bool = False,
    is_late: bool = False,
) -> MilestoneStatus:
    return MilestoneStatus(
        milestone=milestone,
        state=state,
        deadline=None,
        achieved_on=None,
        document_number="",
        claimed_on=None,
        is_overdue=is_overdue,
        is_late=is_late,
        weight=1,
        rule=CITATION,
        weaker_than=None,
    )


@pytest.mark.parametrize(
    ("given", "word", "badge"),
    [
        (status(S.NOT_STARTED), "未启", "未启动"),
        (status(S.NOT_STARTED, is_overdue=True), "逾期", "未启动"),
        (status(S.IN_PROGRESS), "在办", "进行中"),
        (status(S.RETURNED), "退回", "已退回"),
        (status(S.RETURNED, is_overdue=True), "逾期", "已退回"),
        (status(S.CLAIMED), "申报", "已申报"),
        (status(S.CLAIMED, is_late=True), "迟报", "已申报"),
        (status(S.VERIFIED), "核实", "已核实"),
        (status(S.VERIFIED, is_late=True), "迟核", "已核实"),
        (status(S.VERIFIED, Milestone.QUOTAS), "达标", "已达标"),
        (status(S.IN_PROGRESS, Milestone.QUOTAS), "未达", "未达标"),
        (status(S.IN_PROGRESS, Milestone.RE_ELECTION, is_overdue=True), "逾期", "未达标"),
        (status(S.NOT_COMPUTED, Milestone.NETWORK), "待算", "尚未计算"),
    ],
)
def test_status_is_said_short_and_in_full(given, word, badge):
    assert (cell_of(given).word, badge_of(given).word) == (word, badge)
    assert cell_of(given) in [entry.cell for entry in LEGEND]


def test_milestone_that_binds_nobody_is_blank():
    assert (cell_of(None).word, cell_of(None).tone) == ("", "none")
