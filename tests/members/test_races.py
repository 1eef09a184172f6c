from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from associations.enums import Body, Constituency, Post
from members import actions
from members.enums import Sex
from members.models import Appointment, Person, Session
from members.session_rules import Arrival, NewPerson, SessionFacts
from portal.accounts.models import User
from portal.lib.findings import RuleViolation
from tests import factories

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
