from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from associations.enums import Body, Constituency, Post
from members import actions, identity, membership_actions, person_actions, volunteer_actions
from members.enums import Sex
from members.models import (
    Appointment,
    Membership,
    Person,
    ServiceRecord,
    Session,
    Volunteer,
    VolunteerContract,
)
from members.session_rules import Arrival, NewPerson, SessionFacts
from portal.accounts.models import User
from portal.accounts.roles import OFFICE
from portal.lib.findings import RuleViolation
from portal.records.saving import save_record
from tests import factories

from .test_identity import number

THREADS = 40
DAY = date(2021, 3, 5)


def all_at_once(attempt):
    """Run the attempt in every thread; return the codes of those that were refused."""

    def run(number):
        try:
            attempt(number)
        except RuleViolation as violation:
            return violation.findings[0].code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(THREADS) as pool:
        return sorted(pool.map(run, range(THREADS)))


@pytest.mark.django_db(transaction=True)
def test_forty_co_options_of_a_president_seat_exactly_one(county, office):
    term = factories.term(county)
    session = Session.objects.create(term=term, body=Body.COUNCIL, number=2, starts_on=DAY, ends_on=DAY)

    def attempt(number):
        newcomer = NewPerson(name=f"人选{number}", sex=Sex.MALE)
        arrival = Arrival(post=Post.PRESIDENT, constituency=Constituency.OTHER, newcomer=newcomer)
        actions.add_entry(session=session, arrival=arrival, by=User.objects.get(pk=office.pk))

    outcomes = all_at_once(attempt)

    assert outcomes == ["done"] + ["second_president"] * (THREADS - 1)
    assert (Appointment.objects.count(), Person.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_forty_records_of_the_same_session_write_exactly_one(county, office):
    term = factories.term(county)
    facts = SessionFacts(body=Body.COUNCIL, number=1, starts_on=DAY, ends_on=DAY)

    outcomes = all_at_once(
        lambda _: actions.record_session(
            term=term, facts=facts, by=User.objects.get(pk=office.pk), seen=term.version
        )
    )

    assert outcomes == ["done"] + ["stale"] * (THREADS - 1)
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_forty_joins_of_the_same_person_make_exactly_one_membership(county, office):
    person = factories.person(county)

    outcomes = all_at_once(
        lambda _: membership_actions.join(
            association=county, member=person, joined_on=DAY, by=User.objects.get(pk=office.pk)
        )
    )

    assert outcomes == ["already_member"] * (THREADS - 1) + ["done"]
    assert Membership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_forty_transfers_of_the_same_member_move_them_once(city, county, other_county):
    office = factories.user((OFFICE, city), association=city)
    membership = factories.membership(county, joined_on=date(2020, 1, 1))

    outcomes = all_at_once(
        lambda _: membership_actions.transfer(
            membership=membership, to=other_county, on=DAY, by=User.objects.get(pk=office.pk), seen=1
        )
    )

    assert outcomes == ["done"] + ["stale"] * (THREADS - 1)
    assert [Membership.objects.filter(left_on__isnull=is_open).count() for is_open in (False, True)] == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_service_and_the_end_of_its_contract_never_both_hold(county, office):
    volunteer = factories.prepared_volunteer(county)
    on = date(2020, 6, 1)

    def attempt(number):
        by = User.objects.get(pk=office.pk)
        if number % 2:
            volunteer_actions.record_service(
                volunteer=volunteer, on=on, hours=Decimal("0.5"), content="走访", by=by
            )
        else:
            contract = VolunteerContract.objects.get(volunteer=volunteer)
            contract.ends_on = on - timedelta(days=1)
            save_record(contract)

    all_at_once(attempt)

    is_served = ServiceRecord.objects.exists()
    assert Volunteer.objects.prepared(on=on).exists() is is_served


def numbered_at(place, serial):
    person = Person(association=place, name=f"人选{serial}", name_key="rx")
    identity.set_id_number(person, number(), on=DAY)
    return person


@pytest.mark.django_db(transaction=True)
def test_forty_entries_of_one_number_in_a_county_make_one_person(county, office):
    places = [county, factories.association("360102001"), factories.association("360102002")]

    outcomes = all_at_once(
        lambda each: person_actions.register_person(
            numbered_at(places[each % 3], each), by=User.objects.get(pk=office.pk)
        )
    )

    assert outcomes == ["done"] + ["same_number"] * (THREADS - 1)
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_forty_entries_of_one_number_in_two_counties_of_a_reach_make_one_person(
    verifier, county, other_county
):
    places = [county, other_county]

    outcomes = all_at_once(
        lambda each: person_actions.register_person(
            numbered_at(places[each % 2], each), by=User.objects.get(pk=verifier.pk)
        )
    )

    assert outcomes == ["done"] + ["same_number"] * (THREADS - 1)
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_forty_writes_of_one_number_without_the_action_make_one_person_a_county(county, other_county):
    places = [county, factories.association("360102001"), factories.association("360102002"), other_county]

    outcomes = all_at_once(lambda each: save_record(numbered_at(places[each % 4], each)))

    assert [outcomes.count("done"), len(outcomes)] == [2, THREADS]
    assert sorted(Person.objects.values_list("number_county", flat=True)) == ["360102", "360103"]
