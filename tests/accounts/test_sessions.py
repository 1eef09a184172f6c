from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from portal.accounts.roles import OFFICE
from portal.accounts.sessions import SIGNED_IN_AT
from portal.lib.dates import now, today
from tests import factories

PAGE = "/accounts/password/"
EIGHT_HOURS = 8 * 3600


def shift_sign_in(client, seconds):
    session = client.session
    session[SIGNED_IN_AT] -= seconds
    session.save()


@pytest.mark.parametrize(("age", "status"), [(EIGHT_HOURS - 60, 200), (EIGHT_HOURS + 1, 302)])
def test_session_ends_eight_hours_after_sign_in(client, office, age, status):
    client.force_login(office)
    shift_sign_in(client, age)

    page = client.get(PAGE)

    assert page.status_code == status


def test_ended_session_is_emptied(client, office):
    client.force_login(office)
    shift_sign_in(client, EIGHT_HOURS + 1)

    client.get(PAGE)

    assert dict(client.session) == {}


def test_session_ends_after_half_an_hour_of_rest(client, office):
    client.force_login(office)
    kept = client.get(PAGE).cookies["sessionid"]["max-age"]
    Session.objects.update(expire_date=now() - timedelta(seconds=1))

    late = client.get(PAGE)

    assert kept == 30 * 60
    assert late.status_code == 302


def test_session_without_a_beginning_is_over(client, office):
    client.force_login(office)
    session = client.session
    del session[SIGNED_IN_AT]
    session.save()

    assert client.get(PAGE).status_code == 302


def test_ended_grant_stops_at_the_next_request(client, county, outsider):
    grant = factories.grant(outsider, OFFICE, county)
    client.force_login(outsider)
    before = client.get("/api/v1/associations/").json()["results"]

    grant.ends_on = today() - timedelta(days=1)
    grant.save()

    assert [row["code"] for row in before] == ["360102"]
    assert client.get("/api/v1/associations/").json()["results"] == []


def test_last_day_of_a_grant_counts(client, county, outsider):
    factories.grant(outsider, OFFICE, county, ends_on=today())
    client.force_login(outsider)

    assert len(client.get("/api/v1/associations/").json()["results"]) == 1


def test_deactivated_user_is_out_at_the_next_request(client, office):
    client.force_login(office)
    office.is_active = False
    office.save()

    assert client.get(PAGE).status_code == 302
