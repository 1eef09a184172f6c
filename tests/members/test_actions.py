from datetime import date
from decimal import Decimal

import pytest

from associations.enums import Body, Constituency, Post
from members import actions
from members.enums import Entry, Exit, Sex
from members.models import Appointment, Person, Session, Term
from members.session_rules import Arrival, Departure, NewPerson, SessionFacts
from portal.lib.findings import RuleViolation
from portal.oversight.quotas import quotas_of
from tests import factories

CONGRESS_ON = date(2020, 1, 10)
DAY = date(2021, 3, 5)
DAY_BEFORE = date(2021, 3, 4)


@pytest.fixture
def term(county):
    return factories.term(county, number=5, congress_on=CONGRESS_ON, starts_on=CONGRESS_ON)


@pytest.fixture
def first_session(term):
    return Session.objects.create(
        term=term, body=Body.COUNCIL, number=1, starts_on=CONGRESS_ON, ends_on=CONGRESS_ON
    )


def minutes(**values):
    return SessionFacts(**({"body": Body.COUNCIL, "number": 2, "starts_on": DAY, "ends_on": DAY} | values))


def entry(post=Post.COUNCIL_MEMBER, **values):
    if "person" not in values:
        values.setdefault("newcomer", NewPerson(name="新理事", sex=Sex.FEMALE))
    return Arrival(**({"post": post, "constituency": Constituency.GRASSROOTS} | values))


def codes_of(caught):
    return [finding.code for finding in caught.value.findings]


def record(term, office, facts=None, **values):
    return actions.record_session(
        term=term, facts=facts or minutes(), by=office, **({"seen": term.version} | values)
    )


def test_session_with_nine_leaving_and_ten_entering_moves_the_quota_on_its_day(
    county, office, term, first_session
):
    factories.quota_rule(factories.policy(county), Body.COUNCIL, 30)
    leaving = [factories.seat(term, constituency=Constituency.ADMINISTRATION) for _ in range(9)]
    for _ in range(21):
        factories.seat(term, constituency=Constituency.ADMINISTRATION)

    session = record(
        term, office, leaving=[Departure(appointment=seat.pk) for seat in leaving], entering=[entry()] * 10
    )

    assert (session.departures.count(), session.entries.count()) == (9, 10)
    figures = {
        day: next(quota for quota in quotas_of(county, on=day) if quota.body == Body.COUNCIL)
        for day in (DAY_BEFORE, DAY, date(2021, 3, 6))
    }
    assert [(quota.counted, quota.total, quota.percent) for quota in figures.values()] == [
        (0, 30, Decimal("0.0")),
        (10, 31, Decimal("32.2")),
        (10, 31, Decimal("32.2")),
    ]
    assert set(session.departures.values_list("ends_on", "exit")) == {(DAY_BEFORE, Exit.LEFT)}
    assert set(session.entries.values_list("starts_on", "ends_on", "entry")) == {(DAY, None, Entry.CO_OPTED)}
    term.refresh_from_db()
    assert term.version == 2


def test_session_tells_how_each_seat_was_gained(county, office, term, first_session):
    member = factories.seat(term)
    retiring = factories.seat(term, Post.VICE_PRESIDENT)

    session = record(
        term,
        office,
        leaving=[Departure(appointment=member.pk, exit=Exit.ADJUSTED), Departure(appointment=retiring.pk)],
        entering=[
            entry(Post.VICE_PRESIDENT, person=member.person_id),
            entry(predecessor=retiring.pk),
            entry(),
        ],
    )

    assert list(session.entries.order_by("pk").values_list("post", "entry", "predecessor")) == [
        (Post.VICE_PRESIDENT, Entry.ADJUSTED, None),
        (Post.COUNCIL_MEMBER, Entry.ADJUSTED, retiring.pk),
        (Post.COUNCIL_MEMBER, Entry.CO_OPTED, None),
    ]


@pytest.mark.parametrize("facts", [{"body": Body.CONGRESS, "number": 1}, {"body": Body.COUNCIL, "number": 1}])
def test_congress_and_first_council_elect(office, term, facts):
    session = record(term, office, minutes(**facts), entering=[entry(Post.PRESIDENT)])

    assert session.entries.get().entry == Entry.ELECTED


def test_new_person_is_registered_and_found_by_initials(county, office, term, first_session):
    newcomer = NewPerson(name="新理事", sex=Sex.MALE, workplace="某社区")

    record(term, office, entering=[entry(newcomer=newcomer)])

    assert list(Person.objects.values_list("association", "name", "name_key", "sex", "workplace")) == [
        (county.pk, "新理事", "xls", Sex.MALE, "某社区")
    ]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"number": 1}, "number_taken"),
        ({"number": 3}, "number_not_next"),
        ({"starts_on": date(2020, 1, 9), "ends_on": date(2020, 1, 9)}, "outside_term"),
    ],
)
def test_session_with_wrong_number_or_day_is_refused(office, term, first_session, facts, code):
    with pytest.raises(RuleViolation) as caught:
        record(term, office, minutes(**facts))

    assert code in codes_of(caught)
    assert Session.objects.get() == first_session


@pytest.mark.parametrize(("ends_on", "is_inside"), [(DAY, True), (DAY_BEFORE, False)])
def test_session_after_the_last_day_of_its_term_is_refused(office, term, first_session, ends_on, is_inside):
    Term.objects.filter(pk=term.pk).update(ends_on=ends_on)

    if is_inside:
        session = record(term, office, entering=[entry()])
        assert session.entries.values_list("ends_on", "exit").get() == (ends_on, Exit.RE_ELECTION)
    else:
        with pytest.raises(RuleViolation) as caught:
            record(term, office)
        assert codes_of(caught) == ["outside_term"]


def test_foreign_appointment_is_answered_like_an_unknown_one(office, term, first_session, other_county):
    foreign = factories.seat(factories.term(other_county))

    answers = []
    for key in (foreign.pk, 0):
        with pytest.raises(RuleViolation) as caught:
            record(term, office, leaving=[Departure(appointment=key)])
        answers.append(caught.value.findings)

    assert answers[0] == answers[1]
    assert [finding.code for finding in answers[0]] == ["unknown_appointment"]
    foreign.refresh_from_db()
    assert foreign.ends_on is None


def test_person_out_of_reach_is_answered_like_an_unknown_one(office, term, first_session, other_county):
    stranger = factories.person(other_county)

    answers = []
    for key in (stranger.pk, 0):
        with pytest.raises(RuleViolation) as caught:
            record(term, office, entering=[entry(person=key)])
        answers.append(caught.value.findings)

    assert answers[0] == answers[1]
    assert [finding.code for finding in answers[0]] == ["unknown_person"]
    assert Session.objects.get() == first_session


@pytest.mark.parametrize(
    "values",
    [
        {"starts_on": DAY},
        {"ends_on": date(2021, 1, 1), "exit": Exit.LEFT},
        {"ends_on": date(2022, 1, 1), "exit": Exit.LEFT},
    ],
)
def test_leaving_a_seat_not_held_the_day_before_is_refused(office, term, first_session, values):
    seat = factories.seat(term, **values)

    with pytest.raises(RuleViolation) as caught:
        record(term, office, leaving=[Departure(appointment=seat.pk)])

    assert codes_of(caught) == ["not_in_office"]


def test_second_president_is_refused_and_nothing_is_written(office, term, first_session):
    factories.seat(term, Post.PRESIDENT)
    member = factories.seat(term)

    with pytest.raises(RuleViolation) as caught:
        record(
            term,
            office,
            leaving=[Departure(appointment=member.pk)],
            entering=[entry(), entry(Post.PRESIDENT)],
        )

    assert codes_of(caught) == ["second_president"]
    assert (Session.objects.count(), Appointment.objects.count(), Person.objects.count()) == (1, 2, 2)
    assert not Appointment.objects.exclude(ends_on=None).exists()


def test_president_may_follow_one_who_leaves(office, term, first_session):
    old = factories.seat(term, Post.PRESIDENT)

    session = record(
        term,
        office,
        leaving=[Departure(appointment=old.pk)],
        entering=[entry(Post.PRESIDENT, predecessor=old.pk)],
    )

    assert session.entries.get().predecessor == old


def test_two_presidents_in_one_session_are_refused(office, term, first_session):
    with pytest.raises(RuleViolation) as caught:
        record(term, office, entering=[entry(Post.PRESIDENT), entry(Post.PRESIDENT)])

    assert codes_of(caught) == ["second_president"]


def test_person_already_in_the_post_is_refused(office, term, first_session):
    seat = factories.seat(term)

    with pytest.raises(RuleViolation) as caught:
        record(term, office, entering=[entry(person=seat.person_id)])

    assert codes_of(caught) == ["already_in_post"]


def test_predecessor_who_stays_is_refused(office, term, first_session):
    seat = factories.seat(term)

    with pytest.raises(RuleViolation) as caught:
        record(term, office, entering=[entry(predecessor=seat.pk)])

    assert codes_of(caught) == ["predecessor_stays"]


def test_standing_council_cannot_seat_anybody(office, term):
    with pytest.raises(RuleViolation) as caught:
        record(term, office, minutes(body=Body.STANDING, number=1), entering=[entry()])

    assert codes_of(caught) == ["not_deciding_body"]


@pytest.mark.parametrize(
    ("passed_on", "codes"),
    [
        (CONGRESS_ON, []),
        (DAY, []),
        (date(2021, 3, 6), ["not_next_council"]),
        (date(2020, 1, 9), ["not_next_council"]),
    ],
)
def test_co_option_is_passed_between_the_last_council_and_the_one_that_confirms_it(
    office, term, first_session, passed_on, codes
):
    passing = Session.objects.create(
        term=term, body=Body.STANDING, number=1, starts_on=passed_on, ends_on=passed_on
    )

    if codes:
        with pytest.raises(RuleViolation) as caught:
            record(term, office, entering=[entry(passed_in=passing.pk)])
        assert codes_of(caught) == codes
    else:
        session = record(term, office, entering=[entry(passed_in=passing.pk)])
        assert session.entries.get().passed_in == passing


def test_second_clerk_with_the_same_figures_is_told(office, term, first_session):
    record(term, office)

    with pytest.raises(RuleViolation) as caught:
        record(term, office, minutes(number=3))

    assert codes_of(caught) == ["stale"]
    assert Session.objects.filter(body=Body.COUNCIL).count() == 2


def test_neighbour_cannot_record_a_session(neighbour, term):
    with pytest.raises(RuleViolation) as caught:
        record(term, neighbour, minutes(number=1))

    assert codes_of(caught) == ["forbidden"]


def test_entry_added_to_a_session_is_co_opted_by_it(office, term, first_session):
    session = record(term, office)

    seat = actions.add_entry(session=session, arrival=entry(Post.PRESIDENT), by=office)

    assert (seat.entry, seat.entered_in, seat.starts_on) == (Entry.CO_OPTED, session, DAY)


@pytest.mark.parametrize("last_day", [CONGRESS_ON, DAY])
def test_leaving_office_ends_on_a_day_of_its_own(office, term, last_day):
    seat = factories.seat(term)

    actions.leave_office(appointment=seat, ends_on=last_day, exit=Exit.DECEASED, by=office, seen=1)

    seat.refresh_from_db()
    assert (seat.ends_on, seat.exit, seat.version) == (last_day, Exit.DECEASED, 2)


def test_leaving_office_before_entering_it_is_refused(office, term):
    seat = factories.seat(term)

    with pytest.raises(RuleViolation) as caught:
        actions.leave_office(appointment=seat, ends_on=date(2020, 1, 9), exit=Exit.LEFT, by=office, seen=1)

    assert codes_of(caught) == ["before_entry"]


def test_leaving_office_twice_is_told(office, term):
    seat = factories.seat(term)
    actions.leave_office(appointment=seat, ends_on=DAY, exit=Exit.LEFT, by=office, seen=1)

    answers = []
    for seen in (1, 2):
        with pytest.raises(RuleViolation) as caught:
            actions.leave_office(appointment=seat, ends_on=DAY_BEFORE, exit=Exit.LEFT, by=office, seen=seen)
        answers += codes_of(caught)

    assert answers == ["stale", "not_in_office"]


def test_new_term_ends_the_one_before_and_all_who_sit_in_it(county, office, term):
    stays = factories.seat(term)
    left = factories.seat(term, ends_on=date(2021, 1, 1), exit=Exit.DECEASED)

    opened = actions.open_term(association=county, number=6, congress_on=date(2025, 2, 1), by=office)

    assert list(Term.objects.values_list("number", "starts_on", "ends_on")) == [
        (5, CONGRESS_ON, date(2025, 1, 31)),
        (6, date(2025, 2, 1), None),
    ]
    assert list(Appointment.objects.order_by("pk").values_list("pk", "ends_on", "exit")) == [
        (stays.pk, date(2025, 1, 31), Exit.RE_ELECTION),
        (left.pk, date(2021, 1, 1), Exit.DECEASED),
    ]
    assert opened.appointments.count() == 0


@pytest.mark.parametrize(
    ("number", "congress_on", "code"),
    [
        (5, date(2025, 2, 1), "number_taken"),
        (7, date(2025, 2, 1), "number_not_next"),
        (6, CONGRESS_ON, "before_previous"),
        (6, date(1980, 5, 28), "too_early"),
    ],
)
def test_new_term_with_wrong_number_or_day_is_refused(county, office, term, number, congress_on, code):
    with pytest.raises(RuleViolation) as caught:
        actions.open_term(association=county, number=number, congress_on=congress_on, by=office)

    assert codes_of(caught) == [code]
    assert Term.objects.get().ends_on is None


@pytest.mark.parametrize("congress_on", [date(1, 1, 1), date(1980, 5, 28)])
def test_first_term_is_not_older_than_the_associations(county, office, congress_on):
    with pytest.raises(RuleViolation, match="大会日期不能早于计生协成立之日（1980年5月29日）"):
        actions.open_term(association=county, number=1, congress_on=congress_on, by=office)

    assert Term.objects.count() == 0


@pytest.mark.parametrize(("congress_on", "is_free"), [(date(2025, 1, 9), False), (date(2025, 1, 10), True)])
def test_new_term_may_begin_the_day_after_a_recorded_end(county, office, term, congress_on, is_free):
    Term.objects.filter(pk=term.pk).update(ends_on=date(2025, 1, 9))

    if is_free:
        opened = actions.open_term(association=county, number=6, congress_on=congress_on, by=office)
        assert opened.starts_on == congress_on
    else:
        with pytest.raises(RuleViolation) as caught:
            actions.open_term(association=county, number=6, congress_on=congress_on, by=office)
        assert codes_of(caught) == ["terms_overlap"]


def test_new_term_before_a_session_of_the_old_one_is_refused(county, office, term, first_session):
    record(term, office)

    with pytest.raises(RuleViolation) as caught:
        actions.open_term(association=county, number=6, congress_on=DAY, by=office)

    assert codes_of(caught) == ["previous_goes_on"]
