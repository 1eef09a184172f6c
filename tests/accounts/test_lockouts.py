from datetime import timedelta

import pytest
from axes.models import AccessAttempt

from portal.accounts import lockouts
from portal.accounts.roles import ADMINISTRATOR
from portal.lib.dates import now
from portal.lib.findings import RuleViolation
from tests import factories

SIGN_IN = "/accounts/sign-in/"


def fail(client, times, agent="A"):
    wrong = {"username": "office", "password": "wrong"}
    return [client.post(SIGN_IN, wrong, headers={"user-agent": agent}).status_code for _ in range(times)]


def age(minutes):
    for attempt in AccessAttempt.objects.all():
        attempt.attempt_time -= timedelta(minutes=minutes)
        attempt.save()


def test_lock_ends_half_an_hour_after_the_last_failure_and_says_when(client, office):
    fail(client, 5)
    age(10)

    page = client.post(SIGN_IN, {"username": "office", "password": "wrong"})

    assert page.status_code == 429
    assert "还有 20 分钟" in page.content.decode()
    assert lockouts.locked_until("office") - now() <= timedelta(minutes=20)


def test_trying_while_locked_does_not_move_the_end(client, office):
    fail(client, 5)
    before = lockouts.locked_until("office")

    fail(client, 3)

    assert lockouts.locked_until("office") == before


@pytest.mark.parametrize(("minutes", "status"), [(29, 429), (31, 302)])
def test_lock_is_over_after_half_an_hour(client, office, minutes, status):
    fail(client, 5)
    age(minutes)

    right = client.post(SIGN_IN, {"username": "office", "password": "Correct-horse-1"})

    assert right.status_code == status


def test_failures_of_two_browsers_at_one_address_count_together(client, office):
    assert fail(client, 3, agent="A") == [200] * 3
    assert fail(client, 2, agent="B") == [200, 429]
    assert lockouts.locked_until("office") is not None


def test_four_failures_are_no_lock(client, office):
    fail(client, 4)

    assert lockouts.locked_until("office") is None


def test_administrator_lifts_the_lock(client, office, city):
    fail(client, 5)
    administrator = factories.user((ADMINISTRATOR, city), association=city)

    lockouts.unlock(user=office, by=administrator)

    right = client.post(SIGN_IN, {"username": "office", "password": "Correct-horse-1"})
    assert (right.status_code, len(lockouts.last_failures("office"))) == (302, 5)


def test_neighbour_lifts_no_lock(client, office, other_county):
    fail(client, 5)
    neighbour = factories.user((ADMINISTRATOR, other_county), association=other_county)

    with pytest.raises(RuleViolation):
        lockouts.unlock(user=office, by=neighbour)

    assert lockouts.locked_until("office") is not None
