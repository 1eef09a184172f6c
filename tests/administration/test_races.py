"""Forty at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from portal.accounts import actions, link_actions
from portal.accounts.models import AccessLink, ApiToken, Grant, User
from portal.accounts.roles import OFFICE
from portal.lib.findings import RuleViolation
from tests import factories

THREADS = 40


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
def test_forty_times_the_same_grant_is_one(administrator, clerk, county):
    outcomes = all_at_once(
        lambda _: actions.grant_role(user=clerk, role=OFFICE, association=county, by=administrator)
    )

    assert outcomes == ["done"] * THREADS
    assert Grant.objects.filter(user=clerk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_forty_who_open_one_link_set_one_password(administrator, clerk):
    issued = link_actions.issue_link(user=clerk, by=administrator)

    outcomes = all_at_once(
        lambda number: link_actions.accept_link(secret=issued.secret, password=f"Chosen-by-{number:02}-x")
    )

    assert outcomes == ["dead"] * (THREADS - 1) + ["done"]
    user = User.objects.get(pk=clerk.pk)
    assert sum(user.check_password(f"Chosen-by-{number:02}-x") for number in range(THREADS)) == 1


@pytest.mark.django_db(transaction=True)
def test_forty_new_links_leave_one_alive(administrator, clerk):
    outcomes = all_at_once(lambda _: link_actions.issue_link(user=clerk, by=administrator))

    assert outcomes == ["done"] * THREADS
    assert (AccessLink.objects.count(), AccessLink.objects.open().count()) == (THREADS, 1)


@pytest.mark.django_db(transaction=True)
def test_forty_revocations_keep_the_first_moment(administrator, clerk, county):
    token = factories.token(clerk, county)

    outcomes = all_at_once(lambda _: actions.revoke_token(token=token, by=administrator))

    assert outcomes == ["done"] * THREADS
    # One entry of the history for the making, one for the first revocation.
    assert ApiToken.objects.get().events.count() == 2
