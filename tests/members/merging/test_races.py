from datetime import date

import pytest

from members.merging import actions
from members.models import DistinctPair, Membership, MergedPerson, Person
from portal.accounts.models import User
from tests import factories
from tests.members.test_races import THREADS, all_at_once

BORN = date(1970, 1, 1)


@pytest.fixture
def pair(county):
    return [factories.person(county, name="某人", born_on=BORN) for _ in range(2)]


@pytest.mark.django_db(transaction=True)
def test_forty_merges_of_the_same_pair_leave_exactly_one(county, office, pair):
    for person in pair:
        factories.membership(county, person=person)

    def attempt(number):
        keep, drop = pair if number % 2 else pair[::-1]
        by = User.objects.get(pk=office.pk)
        actions.merge_people(keep=keep, drop=drop, values=(), by=by, seen=(1, 1))

    outcomes = all_at_once(attempt)

    assert (outcomes.count("done"), len(outcomes)) == (1, THREADS)
    assert set(outcomes) <= {"done", "missing", "stale"}
    assert (Person.objects.count(), MergedPerson.objects.count(), Membership.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_forty_marks_of_the_same_pair_are_one(office, pair):
    outcomes = all_at_once(
        lambda number: actions.mark_distinct(
            one=pair[number % 2], other=pair[1 - number % 2], by=User.objects.get(pk=office.pk)
        )
    )

    assert outcomes == ["done"] * THREADS
    assert DistinctPair.objects.count() == 1
