"""The record pages of appointments: found, and corrected without touching what a session decided."""

from datetime import date

import pytest

from associations.enums import Body, Post
from associations.models import Association
from members import actions
from members.enums import Exit
from members.models import Session
from members.session_rules import SessionFacts
from portal.lib.findings import RuleViolation
from portal.records.registry import registered
from tests import factories

TYPES = {record_type.slug: record_type for record_type in registered()}
SEATS = TYPES["appointments"]
TYPED = {
    "constituency": "grassroots",
    "employment": "full-time",
    "office_held": "某村支书",
    "seen": "1",
}


@pytest.fixture
def seat(county):
    return factories.seat(
        factories.term(county), Post.PRESIDENT, person=factories.person(county, name="某会长", name_key="mhz")
    )


def keys(response):
    return [row.key for row in response.context["rows"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, True),
        ({"q": "某会"}, True),
        ({"q": "mh"}, True),
        ({"q": "别人"}, False),
        ({"post": "president"}, True),
        ({"post": "delegate"}, False),
        ({"constituency": "other"}, True),
        ({"constituency": "served"}, False),
        ({"employment": "part-time"}, True),
        ({"on": "2020-01-09"}, False),
        ({"on": "2020-01-10"}, True),
        ({"on": "2021-12-31"}, True),
        ({"on": "2022-01-01"}, False),
        ({"under": "360102"}, True),
        ({"under": "360103"}, False),
        ({"person": "x"}, False),
    ],
)
def test_seats_are_found(client, office, seat, query, found):
    actions.leave_office(
        appointment=seat, ends_on=date(2021, 12, 31), exit=Exit.LEFT, by=office, seen=seat.version
    )
    client.force_login(office)

    assert keys(client.get(SEATS.url("list"), query)) == ([seat.pk] if found else [])


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
def test_others_neither_see_nor_correct_a_seat(client, request, seat, who):
    client.force_login(request.getfixturevalue(who))

    statuses = [
        client.get(SEATS.url("detail", seat.pk)).status_code,
        client.post(SEATS.url("edit", seat.pk), TYPED).status_code,
    ]

    seat.refresh_from_db()
    assert (statuses, seat.version) == ([404, 404], 1)


def test_clerk_corrects_what_is_known_of_the_holder_and_nothing_else(client, office, seat):
    client.force_login(office)

    client.post(SEATS.url("edit", seat.pk), TYPED | {"post": "delegate", "ends_on": "2020-02-01"})

    seat.refresh_from_db()
    seat.term.refresh_from_db()
    assert (seat.constituency, seat.employment, seat.office_held, seat.version) == (
        "grassroots",
        "full-time",
        "某村支书",
        2,
    )
    assert (seat.post, seat.ends_on, seat.term.version) == (Post.PRESIDENT, None, 2)


def test_session_planned_before_a_correction_must_look_again(client, office, seat):
    shown = seat.term.version
    client.force_login(office)
    client.post(SEATS.url("edit", seat.pk), TYPED)
    facts = SessionFacts(body=Body.COUNCIL, number=1, starts_on=date(2021, 3, 5), ends_on=date(2021, 3, 5))

    with pytest.raises(RuleViolation, match="已被他人修改"):
        actions.record_session(term=seat.term, facts=facts, by=office, seen=shown)

    assert Session.objects.count() == 0


def test_stale_correction_changes_nothing(client, office, seat):
    client.force_login(office)
    client.post(SEATS.url("edit", seat.pk), TYPED)

    response = client.post(SEATS.url("edit", seat.pk), TYPED | {"office_held": "后填"})

    seat.refresh_from_db()
    assert (response.status_code, seat.office_held, seat.version) == (409, "某村支书", 2)


def test_correction_is_taken_back(client, office, seat):
    client.force_login(office)
    client.post(SEATS.url("edit", seat.pk), TYPED)

    client.post(SEATS.url("restore", seat.pk, seat.events.earliest("pgh_id").pk), {"seen": "2"})

    seat.refresh_from_db()
    assert (seat.constituency, seat.office_held, seat.version) == ("other", "", 3)


def test_person_and_term_show_their_seats(client, office, seat):
    client.force_login(office)

    pages = [
        client.get(TYPES["people"].url("detail", seat.person.pk)),
        client.get(TYPES["terms"].url("detail", seat.term.pk)),
    ]

    shown = [
        next(section for section in page.context["sections"] if section.label == "任职") for page in pages
    ]
    assert [(section.new_url, len(section.rows)) for section in shown] == [("", 1), ("", 1)]
    assert shown[0].all_url == f"{SEATS.url('list')}?person={seat.person.pk}"


@pytest.mark.parametrize("more", [0, 2])
def test_list_asks_the_same_queries_for_one_row_and_for_three(
    client, office, seat, more, django_assert_num_queries
):
    for number in range(more):
        place = factories.association(f"36010200{number + 1}")
        factories.seat(factories.term(place))
    client.force_login(office)

    with django_assert_num_queries(11):
        response = client.get(SEATS.url("list"))

    assert len(keys(response)) == 1 + more
    assert Association.objects.count() == 3 + more
