from datetime import date

import pytest
from django.db import InternalError, connection, transaction

from associations.enums import Body, Milestone
from portal.accounts.roles import OFFICE
from portal.inbox.models import Message
from portal.lib.findings import RuleViolation
from portal.oversight.enums import NoticeKind, NoticeState
from portal.oversight.models import SupervisionNotice, SupervisionStep
from portal.oversight.supervision import actions as supervision_actions
from portal.records.models import StoredFile
from tests import factories

from .conftest import DUE, FOUND, ISSUED

LATER = date(2021, 3, 1)


def codes(violation) -> list[str]:
    return [finding.code for finding in violation.value.findings]


def path(notice) -> list[tuple[str, date]]:
    return list(notice.steps.order_by("pk").values_list("step", "on"))


def standing(notice, on) -> tuple[str, date | None]:
    found = SupervisionNotice.objects.standing(on=on).filter(pk=notice.pk).first()
    return (found.state, found.due_on) if found else ("", None)


def test_notice_goes_from_finding_to_close_with_every_day_on_record(found, issued, answered, above, office):
    returned = supervision_actions.return_(
        seen=answered, text="缺盖章页", due_on=date(2021, 3, 10), by=above, on=date(2021, 2, 20)
    )
    again = supervision_actions.answer(
        seen=returned, text="已补盖章", file=factories.stored_file(), by=office, on=LATER
    )
    supervision_actions.close(seen=again, text="已核对", by=above, on=date(2021, 3, 5))

    assert path(found) == [
        ("found", FOUND),
        ("noticed", ISSUED),
        ("answered", date(2021, 2, 10)),
        ("returned", date(2021, 2, 20)),
        ("answered", LATER),
        ("closed", date(2021, 3, 5)),
    ]
    days = (date(2021, 1, 9), FOUND, ISSUED, date(2021, 2, 10), date(2021, 2, 20), LATER, date(2021, 3, 5))
    assert [standing(found, day) for day in days] == [
        ("", None),
        ("found", None),
        ("noticed", DUE),
        ("answered", DUE),
        ("returned", date(2021, 3, 10)),
        ("answered", date(2021, 3, 10)),
        ("closed", date(2021, 3, 10)),
    ]
    assert (found.finding, found.issuer.code) == ("台账不全", "3601")


@pytest.mark.parametrize(("on", "is_overdue"), [(DUE, False), (date(2021, 2, 21), True)])
def test_list_of_overdue_agrees_with_the_rule_on_both_sides(issued, on, is_overdue):
    overdue = SupervisionNotice.objects.standing(on=on).overdue(on=on)

    assert overdue.exists() is is_overdue


def test_raised_notice_is_handled_by_the_level_above(issued, above, top, office):
    raised = supervision_actions.raise_(seen=issued, text="逾期不复", by=above, on=date(2021, 2, 25))
    with pytest.raises(RuleViolation) as refused:
        supervision_actions.issue(
            seen=raised, document_number="洪〔2021〕2号", due_on=LATER, by=above, on=LATER
        )
    again = supervision_actions.issue(
        seen=raised, document_number="赣计生协〔2021〕9号", due_on=LATER, by=top, on=LATER
    )
    answer = supervision_actions.answer(
        seen=again, text="已整改", file=factories.stored_file(), by=office, on=LATER
    )
    supervision_actions.close(seen=answer, text="同意", by=top, on=LATER)

    assert codes(refused) == ["not-above"]
    assert raised.raised_to.code == "36"
    assert standing(issued.notice, LATER)[0] == NoticeState.CLOSED


def test_province_has_nobody_to_raise_to(city, top):
    notice = supervision_actions.find(
        association=city, kind=NoticeKind.HOLLOW, finding="无活动", by=top, on=FOUND
    )
    issued = supervision_actions.issue(
        seen=notice.steps.get(), document_number="赣〔2021〕1号", due_on=DUE, by=top, on=ISSUED
    )

    with pytest.raises(RuleViolation) as refused:
        supervision_actions.raise_(seen=issued, text="逾期", by=top, on=DUE)

    assert codes(refused) == ["no-parent"]


def test_nobody_finds_fault_with_their_own_association_or_elsewhere(
    county, other_county, city, office, above
):
    # A clerk of the county who was granted the city still belongs to the county.
    factories.grant(office, OFFICE, city)

    for association, by in ((county, office), (city, above), (city, office)):
        with pytest.raises(RuleViolation) as refused:
            supervision_actions.find(
                association=association, kind=NoticeKind.OTHER, finding="问题", by=by, on=FOUND
            )
        assert codes(refused) == ["missing"]
    assert SupervisionNotice.objects.count() == 0


def test_subject_does_not_close_and_issuer_does_not_answer(issued, answered, office, above, city):
    file = factories.stored_file()
    with pytest.raises(RuleViolation) as closing:
        supervision_actions.close(seen=answered, text="好", by=office, on=LATER)
    returned = supervision_actions.return_(seen=answered, text="不足", due_on=LATER, by=above, on=LATER)
    with pytest.raises(RuleViolation) as answering:
        supervision_actions.answer(seen=returned, text="好", file=file, by=above, on=LATER)

    assert (codes(closing), codes(answering)) == (["own-association"], ["own-notice"])


def test_own_answer_is_judged_by_somebody_else(issued, city):
    loose = factories.user((OFFICE, city), username="loose")
    answer = supervision_actions.answer(
        seen=issued, text="好", file=factories.stored_file(), by=loose, on=DUE
    )

    with pytest.raises(RuleViolation) as refused:
        supervision_actions.close(seen=answer, text="好", by=loose, on=DUE)

    assert codes(refused) == ["own-answer"]


def test_second_notice_about_the_same_waits_until_the_first_ended(county, above):
    def find(body=Body.COUNCIL):
        return supervision_actions.find(
            association=county, kind=NoticeKind.QUOTA, body=body, finding="不足", by=above, on=FOUND
        )

    first = find()
    with pytest.raises(RuleViolation) as refused:
        find()
    other = find(Body.CONGRESS)
    supervision_actions.withdraw(seen=first.steps.get(), text="误报", by=above, on=FOUND)
    again = find()

    assert codes(refused) == ["open-already"]
    assert {notice.body for notice in (other, again)} == {"congress", "council"}


def test_step_on_what_moved_on_is_stale(found, issued, above):
    with pytest.raises(RuleViolation) as refused:
        supervision_actions.withdraw(seen=found.steps.earliest("pk"), text="误报", by=above, on=LATER)

    assert codes(refused) == ["stale"]
    assert "目前为“待回复”" in str(refused.value)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"document_number": " "}, ""), ({"due_on": date(2021, 1, 19)}, "due_on")],
)
def test_issue_needs_a_number_and_a_day_that_can_be_kept(found, above, values, field):
    given = {"document_number": "洪〔2021〕1号", "due_on": DUE} | values

    with pytest.raises(RuleViolation) as refused:
        supervision_actions.issue(seen=found.steps.get(), by=above, on=ISSUED, **given)

    assert [finding.source for finding in refused.value.findings] == [field]
    assert path(found) == [("found", FOUND)]


def test_notice_says_which_milestone_or_none(county, above):
    with pytest.raises(RuleViolation) as refused:
        supervision_actions.find(
            association=county,
            kind=NoticeKind.OTHER,
            milestone=Milestone.BUDGET,
            finding="问题",
            by=above,
            on=FOUND,
        )

    assert codes(refused) == ["milestone"]


def test_refused_answer_leaves_no_file_behind(issued, above, county):
    upload = factories.upload("整改.pdf")

    with pytest.raises(RuleViolation):
        supervision_actions.answer_with_upload(seen=issued, text="好", upload=upload, by=above, on=DUE)

    assert StoredFile.objects.count() == 0


@pytest.mark.parametrize("model", [SupervisionNotice, SupervisionStep])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}"])
def test_history_is_neither_changed_nor_deleted(issued, model, statement):
    table = model._meta.db_table

    with pytest.raises(InternalError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_notice_is_the_issuers_alone_until_it_goes_out(found, office, above, top, neighbour):
    def seers():
        return [SupervisionNotice.objects.visible_to(who).count() for who in (office, above, top, neighbour)]

    before = seers()
    supervision_actions.issue(
        seen=found.steps.get(), document_number="洪〔2021〕1号", due_on=DUE, by=above, on=ISSUED
    )

    assert (before, seers()) == ([0, 1, 1, 0], [1, 1, 1, 0])


def told() -> list[tuple[str, str, str]]:
    """List who was told what about which place, in the order of time."""
    rows = Message.objects.scoped().order_by("created_at", "pk")
    return list(rows.values_list("user__username", "association__code", "text"))


def test_each_step_is_told_to_the_office_that_goes_on_with_it(office, above, top, answered):
    returned = supervision_actions.return_(
        seen=answered, text="缺盖章页", due_on=date(2021, 3, 10), by=above, on=date(2021, 2, 20)
    )
    supervision_actions.raise_(seen=returned, text="逾期不改", by=above, on=LATER)

    assert told() == [
        ("office", "360102", f"收到督办“{NoticeKind.OTHER.label}”，请于 2021-02-20 前回复"),
        ("above", "3601", f"东湖区已回复督办“{NoticeKind.OTHER.label}”，请审核"),
        ("office", "360102", f"督办“{NoticeKind.OTHER.label}”的回复被退回，请于 2021-03-10 前重新回复"),
        ("top", "36", f"东湖区的督办“{NoticeKind.OTHER.label}”提请本级处理"),
    ]


@pytest.mark.parametrize(("is_issued", "count"), [(False, 0), (True, 2)])
def test_nobody_below_hears_of_a_notice_that_was_never_issued(office, above, found, is_issued, count):
    seen = found.steps.get()
    if is_issued:
        seen = supervision_actions.issue(
            seen=seen, document_number="洪计生协〔2021〕1号", due_on=DUE, by=above, on=ISSUED
        )
    supervision_actions.withdraw(seen=seen, text="误发", by=above, on=LATER)

    assert len(told()) == count
