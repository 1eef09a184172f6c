from datetime import date

import pytest
from django.db import IntegrityError, transaction

from associations.enums import Body, Post
from members.enums import Exit
from members.models import Appointment, Session, Term
from tests import factories


@pytest.fixture
def sitting(county):
    return factories.term(county, number=5, starts_on=date(2020, 1, 10), ends_on=date(2025, 1, 9))


def refused(constraint, write):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    assert caught.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [(date(2025, 1, 9), None), (date(2024, 1, 1), date(2026, 1, 1)), (date(2019, 1, 1), date(2020, 1, 10))],
)
def test_term_that_overlaps_is_refused(sitting, starts_on, ends_on):
    refused(
        "term_one_a_day",
        lambda: factories.term(
            sitting.association, number=6, congress_on=starts_on, starts_on=starts_on, ends_on=ends_on
        ),
    )


def test_term_from_the_day_after_is_accepted(sitting):
    following = factories.term(
        sitting.association, number=6, congress_on=date(2025, 1, 10), starts_on=date(2025, 1, 10)
    )

    assert list(Term.objects.order_by("number")) == [sitting, following]


def test_term_of_another_association_may_overlap(sitting, other_county):
    other = factories.term(other_county, number=5, starts_on=date(2020, 1, 10))

    assert set(Term.objects.all()) == {sitting, other}


def test_term_number_twice_is_refused(sitting):
    refused(
        "term_number_unique",
        lambda: factories.term(sitting.association, number=5, starts_on=date(2025, 1, 10)),
    )


def test_term_that_ends_before_it_starts_is_refused(county):
    refused(
        "term_dates_in_order",
        lambda: factories.term(county, starts_on=date(2020, 1, 10), ends_on=date(2020, 1, 9)),
    )


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [(date(2022, 6, 30), None), (date(2020, 1, 10), date(2020, 3, 1)), (date(2021, 1, 1), date(2021, 1, 1))],
)
def test_second_president_on_a_day_is_refused(sitting, starts_on, ends_on):
    end = ends_on or sitting.ends_on
    factories.seat(sitting, Post.PRESIDENT, ends_on=date(2022, 6, 30), exit=Exit.LEFT)

    refused(
        "appointment_one_president_a_day",
        lambda: factories.seat(sitting, Post.PRESIDENT, starts_on=starts_on, ends_on=end),
    )


def test_president_from_the_day_after_is_accepted(sitting):
    first = factories.seat(sitting, Post.PRESIDENT, ends_on=date(2022, 6, 30), exit=Exit.LEFT)
    second = factories.seat(
        sitting, Post.PRESIDENT, starts_on=date(2022, 7, 1), ends_on=sitting.ends_on, exit=Exit.RE_ELECTION
    )

    assert [*Appointment.objects.in_office(on=date(2022, 6, 30))] == [first]
    assert [*Appointment.objects.in_office(on=date(2022, 7, 1))] == [second]


def test_same_person_in_the_same_post_twice_is_refused(sitting):
    person = factories.person(sitting.association)
    factories.seat(sitting, person=person, ends_on=sitting.ends_on)

    refused(
        "appointment_post_once_a_day",
        lambda: factories.seat(sitting, person=person, starts_on=date(2021, 1, 1), ends_on=sitting.ends_on),
    )


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2020, 1, 9), date(2021, 1, 1)),
        (date(2021, 1, 1), date(2025, 1, 10)),
        (date(2021, 1, 1), None),
    ],
)
def test_appointment_outside_its_term_is_refused(sitting, starts_on, ends_on):
    refused(
        "appointment_inside_term",
        lambda: factories.seat(sitting, starts_on=starts_on, ends_on=ends_on),
    )


def test_appointment_over_the_whole_term_is_accepted(sitting):
    seat = factories.seat(sitting, starts_on=date(2020, 1, 10), ends_on=date(2025, 1, 9))

    assert [*Appointment.objects.all()] == [seat]


@pytest.mark.parametrize("values", [{"ends_on": date(2024, 12, 31)}, {"starts_on": date(2020, 1, 11)}])
def test_term_shortened_below_an_appointment_is_refused(sitting, values):
    factories.seat(sitting, ends_on=sitting.ends_on)

    refused("appointment_inside_term", lambda: Term.objects.filter(pk=sitting.pk).update(**values))


def test_exit_without_a_day_is_refused(county):
    open_term = factories.term(county)

    refused("appointment_exit_has_day", lambda: factories.seat(open_term, exit=Exit.LEFT))


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("session_number_unique", {"number": 1}),
        ("session_dates_in_order", {"ends_on": date(2021, 3, 4)}),
        ("session_attendance_in_order", {"expected_count": 30, "attended_count": 31}),
    ],
)
def test_session_with_wrong_facts_is_refused(sitting, constraint, values):
    facts = {"body": Body.COUNCIL, "starts_on": date(2021, 3, 5), "ends_on": date(2021, 3, 5)}
    Session.objects.create(term=sitting, number=1, **facts)

    refused(constraint, lambda: Session.objects.create(term=sitting, **(facts | {"number": 2} | values)))
