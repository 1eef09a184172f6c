from datetime import date, datetime, timedelta

import pytest

from members import membership_actions
from members.enums import LeaveReason, MemberKind, TransferState
from members.membership_actions import MOST_TRANSFERS
from members.membership_steps import RECORD_ELSEWHERE
from members.models import (
    ContactHousehold,
    MemberGroup,
    MemberOrganisation,
    Membership,
    Person,
    TransferRequest,
)
from members.models.person import ERASED_NAME
from members.transfers import actions
from portal.accounts.models import User
from portal.accounts.roles import OFFICE
from portal.inbox.models import Message
from portal.lib.dates import BEIJING
from portal.lib.findings import RuleViolation
from tests import factories
from tests.members.test_races import THREADS, all_at_once

JOINED, DAY = date(2020, 1, 10), date(2021, 3, 5)
AT = datetime(2021, 3, 1, 9, tzinfo=BEIJING)
ONE_DAY = timedelta(days=1)


def refusal(write, **values):
    with pytest.raises(RuleViolation) as caught:
        write(**values)
    return [finding.code for finding in caught.value.findings]


@pytest.fixture
def city_office(city):
    return factories.user((OFFICE, city), username="city", association=city)


@pytest.fixture
def three(county):
    return [factories.membership(county, joined_on=JOINED) for _ in range(3)]


def keys_of(rows):
    return [row.pk for row in rows]


def move(rows, to, by, **values):
    facts = {"memberships": keys_of(rows), "to": to, "on": DAY, "by": by, "expected": len(rows)}
    return membership_actions.transfer_many(**(facts | values))


def test_several_move_at_once_with_their_records(county, other_county, city_office, three):
    group = MemberGroup.objects.create(association=other_county, name="一组", starts_on=JOINED)
    household = ContactHousehold.objects.create(membership=three[0], householder="某户", starts_on=JOINED)

    moved = move(three, other_county, city_office, group=group)

    household.refresh_from_db()
    left = Membership.objects.filter(association=county).values_list("left_on", "leave_reason", "version")
    there = Membership.objects.filter(association=other_county).values_list("joined_on", "left_on", "group")
    assert moved == 3
    assert set(left) == {(DAY - ONE_DAY, LeaveReason.TRANSFERRED, 2)}
    assert list(there) == [(DAY, None, group.pk)] * 3
    assert household.ends_on == DAY - ONE_DAY
    assert set(Person.objects.values_list("association", "version")) == {(other_county.pk, 2)}


def test_one_who_is_a_member_there_already_keeps_all_where_they_are(other_county, city_office, three):
    factories.membership(other_county, person=three[1].person, joined_on=JOINED)

    assert refusal(move, rows=three, to=other_county, by=city_office) == ["already_member"]
    assert set(Membership.objects.values_list("left_on", "version")) == {(None, 1)}


def test_refusal_of_several_names_the_member(other_county, city_office, three):
    factories.membership(other_county, person=three[1].person, joined_on=JOINED)

    with pytest.raises(RuleViolation) as caught:
        move(three, other_county, city_office)

    assert str(caught.value) == f"{three[1].person.name}：已是该协会会员，不能重复入会"


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"expected": 2}, ["stale"]),
        ({"on": JOINED}, ["before_joining"]),
        ({"on": JOINED + ONE_DAY}, []),
    ],
)
def test_several_move_only_as_confirmed(other_county, city_office, three, values, codes):
    found = []
    try:
        move(three, other_county, city_office, **values)
    except RuleViolation as violation:
        found = [finding.code for finding in violation.findings]

    assert found == codes


def test_more_than_two_thousand_are_refused(other_county, city_office):
    codes = refusal(
        membership_actions.transfer_many,
        memberships=range(MOST_TRANSFERS + 1),
        to=other_county,
        on=DAY,
        by=city_office,
        expected=MOST_TRANSFERS + 1,
    )

    assert codes == ["too_many"]


def test_statements_do_not_grow_with_the_members(
    county, other_county, city_office, django_assert_num_queries, three
):
    many = [factories.membership(county, joined_on=JOINED) for _ in range(30)]
    city_office.scope  # noqa: B018 - read once a request

    with django_assert_num_queries(14):
        move(three, other_county, city_office)
    with django_assert_num_queries(14):
        move(many, other_county, city_office)


def test_foreign_members_and_foreign_places_look_missing(county, other_county, office, neighbour, three):
    assert refusal(move, rows=three, to=other_county, by=office) == ["missing"]
    assert refusal(move, rows=three, to=other_county, by=neighbour) == ["unknown_member"]


def test_same_member_is_not_chosen_twice(county, other_county, city, city_office):
    first = factories.membership(county, joined_on=JOINED)
    second = factories.membership(city, person=first.person, joined_on=JOINED)

    assert refusal(move, rows=[first, second], to=other_county, by=city_office) == ["chosen_twice"]


@pytest.fixture
def asked(county, office):
    membership = factories.membership(county, joined_on=JOINED)
    return actions.ask(membership=membership, to_code="360103", reason="搬家", by=office, at=AT)


def accept(request, by, **values):
    return actions.accept(**({"request": request, "on": DAY, "by": by, "at": AT, "seen": 1} | values))


def member_of(kind, county, record_at):
    """Put on the county's roll somebody whose own record lies elsewhere."""
    if kind == "person":
        return factories.membership(county, joined_on=JOINED, person=factories.person(record_at))
    unit = MemberOrganisation.objects.create(association=record_at, name="某厂")
    facts = {"kind": MemberKind.ORGANISATION, "person": None, "organisation": unit}
    return factories.membership(county, joined_on=JOINED, **facts)


def own_record(membership):
    membership = Membership.objects.get(pk=membership.pk)
    return membership.person or membership.organisation


@pytest.mark.parametrize("kind", ["person", "organisation"])
@pytest.mark.parametrize("holder", ["city", "other_county"])
def test_record_beyond_reach_is_not_asked_away(county, other_county, office, request, kind, holder):
    keeper = request.getfixturevalue(holder)
    membership = member_of(kind, county, keeper)

    with pytest.raises(RuleViolation) as caught:
        actions.ask(membership=membership, to_code="310107", reason="搬家", by=office, at=AT)

    assert str(caught.value) == RECORD_ELSEWHERE
    assert (TransferRequest.objects.count(), Message.objects.scoped().count()) == (0, 0)
    assert own_record(membership).association == keeper


def test_direct_transfer_refuses_it_with_the_same_words(county, other_county):
    far = factories.association("310107")
    both = factories.user((OFFICE, county), (OFFICE, far), association=county)
    membership = member_of("person", county, other_county)

    with pytest.raises(RuleViolation) as caught:
        move([membership], far, both)

    assert str(caught.value) == RECORD_ELSEWHERE
    assert own_record(membership).association == other_county


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_office_above_both_asks_for_it(county, other_county, city_office, kind):
    far = factories.association("310107", name="普陀区计划生育协会", short_name="普陀区")
    taker = factories.user((OFFICE, far), username="taker", association=far)
    membership = member_of(kind, county, other_county)

    asked = actions.ask(membership=membership, to_code="310107", reason="搬家", by=city_office, at=AT)
    accept(asked, taker)

    assert asked.record_at == other_county
    assert own_record(membership).association == far


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_record_that_moved_since_is_not_taken_over(city, county, other_county, office, neighbour, kind):
    membership = member_of(kind, county, county)
    asked = actions.ask(membership=membership, to_code="360103", reason="搬家", by=office, at=AT)
    rows = type(own_record(membership)).objects

    rows.update(association=city)
    assert refusal(accept, request=asked, by=neighbour) == ["record_changed"]
    assert (own_record(membership).association, state(asked)) == (city, (TransferState.WAITING, None, 1))

    rows.update(association=county)
    accept(asked, neighbour)
    assert own_record(membership).association == other_county


def test_request_that_does_not_say_where_the_record_lay_is_not_accepted(other_county, neighbour, asked):
    TransferRequest.objects.update(record_at=None)

    assert refusal(accept, request=asked, by=neighbour) == ["record_changed"]


@pytest.mark.parametrize(
    "lock", [{"frozen_on": JOINED}, {"erased_on": JOINED, "name": ERASED_NAME, "name_key": ""}]
)
def test_locked_record_is_neither_asked_for_nor_taken_over(
    county, other_county, office, neighbour, asked, lock
):
    other = member_of("person", county, county)
    Person.objects.update(**lock)

    found = refusal(actions.ask, membership=other, to_code="360103", reason="搬家", by=office, at=AT)

    assert found == ["locked"]
    assert refusal(accept, request=asked, by=neighbour) == ["record_changed"]


def state(request):
    request.refresh_from_db()
    return request.state, request.answered_by, request.version


def test_receiving_office_accepts_and_only_then_the_record_moves(county, other_county, neighbour, asked):
    person = asked.membership.person
    assert Person.objects.visible_to(neighbour).count() == 0

    moved = accept(asked, neighbour)

    old = Membership.objects.get(pk=asked.membership_id)
    person.refresh_from_db()
    assert (old.left_on, old.leave_reason) == (DAY - ONE_DAY, LeaveReason.TRANSFERRED)
    assert (moved.association, moved.joined_on, moved.person) == (other_county, DAY, person)
    assert person.association == other_county
    assert state(asked) == (TransferState.ACCEPTED, neighbour, 2)


def test_declined_and_withdrawn_requests_change_no_membership(county, other_county, office, neighbour, asked):
    actions.decline(request=asked, answer="查无此人", by=neighbour, at=AT, seen=1)
    again = actions.ask(membership=asked.membership, to_code="360103", reason="搬家", by=office, at=AT)
    actions.withdraw(request=again, by=office, at=AT, seen=1)

    assert state(asked) == (TransferState.DECLINED, neighbour, 2)
    assert state(again) == (TransferState.WITHDRAWN, office, 2)
    assert Membership.objects.get().version == 1
    assert refusal(accept, request=again, by=neighbour, seen=2) == ["not_waiting"]


def test_nobody_but_the_two_sides_answers(county, other_county, office, neighbour, asked):
    assert refusal(accept, request=asked, by=office) == ["missing"]
    assert refusal(actions.decline, request=asked, answer="无", by=office, at=AT, seen=1) == ["missing"]
    assert refusal(actions.withdraw, request=asked, by=neighbour, at=AT, seen=1) == ["missing"]


@pytest.mark.parametrize(("days", "codes"), [(60, []), (61, ["not_waiting"])])
def test_request_runs_out_after_sixty_days(other_county, neighbour, asked, days, codes):
    found = []
    try:
        accept(asked, neighbour, at=AT + timedelta(days=days))
    except RuleViolation as violation:
        found = [finding.code for finding in violation.findings]

    assert found == codes
    assert asked.state_on((AT + timedelta(days=61)).date()) == TransferState.EXPIRED


def test_request_that_ran_out_makes_room_for_another(office, asked):
    ask = {"membership": asked.membership, "to_code": "360103", "reason": "搬家", "by": office}

    assert refusal(actions.ask, **ask, at=AT + timedelta(days=60)) == ["invalid"]
    again = actions.ask(**ask, at=AT + timedelta(days=61))

    assert state(asked) == (TransferState.EXPIRED, None, 2)
    assert again.state == TransferState.WAITING


def test_code_of_nobody_waits_like_any_other(county, office):
    membership = factories.membership(county, joined_on=JOINED)

    asked = actions.ask(membership=membership, to_code="999999", reason="搬家", by=office, at=AT)

    assert asked.state == TransferState.WAITING


def test_place_within_reach_is_not_asked(county, office, asked):
    other = factories.membership(county, joined_on=JOINED)

    codes = refusal(actions.ask, membership=other, to_code="360102", reason="搬家", by=office, at=AT)

    assert codes == ["within_reach"]


def test_member_who_left_meanwhile_is_not_taken_over(other_county, office, neighbour, asked):
    membership_actions.leave(
        membership=asked.membership, left_on=DAY, reason=LeaveReason.MOVED, by=office, seen=1
    )

    assert refusal(accept, request=asked, by=neighbour) == ["already_left"]


@pytest.mark.django_db(transaction=True)
def test_forty_accepts_of_the_same_request_take_over_once(other_county, neighbour, asked):
    outcomes = all_at_once(lambda _: accept(asked, User.objects.get(pk=neighbour.pk)))

    assert outcomes == ["done"] + ["not_waiting"] * (THREADS - 1)
    assert Membership.objects.open().count() == 1
    assert TransferRequest.objects.get().version == 2


@pytest.mark.django_db(transaction=True)
def test_forty_transfers_of_the_same_list_move_it_once(other_county, city_office, three):
    outcomes = all_at_once(
        lambda number: move(
            three if number % 2 else three[::-1], other_county, User.objects.get(pk=city_office.pk)
        )
    )

    assert outcomes.count("done") == 1
    assert set(outcomes) == {"done", "already_left"}
    assert Membership.objects.open().count() == 3


def told():
    rows = Message.objects.scoped().order_by("created_at")
    return list(rows.values_list("user__username", "association__code", "text"))


def test_both_offices_hear_of_a_request(county, other_county, neighbour, office, asked):
    second = factories.user((OFFICE, county), username="second", association=county)

    accept(asked, neighbour)

    assert told()[0] == ("neighbour", "360103", "有一项转入西湖区的转会申请待办理")
    assert set(told()[1:]) == {
        (user.username, "360102", "东湖区的一项转会申请已被接收") for user in (office, second)
    }


def test_nobody_hears_of_a_request_to_a_place_that_is_none(city_office, county, office):
    membership = factories.membership(county, joined_on=JOINED)

    actions.ask(membership=membership, to_code="360199", reason="搬家", by=office, at=AT)

    assert told() == []
