from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from portal.accounts import actions
from portal.accounts.models import ApiToken
from portal.accounts.roles import LEADER, OFFICE, Permission
from portal.lib.dates import now
from tests import factories

TERMS = "/api/v1/terms/"
REFUSED = {
    "type": "about:blank",
    "title": "需要身份认证",
    "status": 401,
    "detail": "令牌无效、已过期或已停用",
}


@pytest.fixture
def secret(leader, county):
    return actions.make_token(user=leader, association=county, days=1, name="测试").secret


def ask(client, secret, path=TERMS):
    return client.get(path, headers={"authorization": f"Bearer {secret}"})


def codes(response):
    return [row["association_code"] for row in response.json()["results"]]


def test_token_reads_what_its_user_may(client, secret, county, other_county):
    factories.term(county)
    factories.term(other_county)

    assert codes(ask(client, secret)) == ["360102"]


def test_token_reaches_no_further_than_its_association(bearer, verifier, county, other_county):
    factories.term(county)
    factories.term(other_county)

    assert codes(bearer(verifier, county, TERMS)) == ["360102"]


def test_token_does_no_more_than_it_says(bearer, office, county):
    factories.seat(factories.term(county))
    limits = {"permissions": [Permission.VIEW_STATISTICS]}

    terms = bearer(office, county, TERMS, **limits)
    people = bearer(office, county, "/api/v1/appointments/", **limits)

    assert codes(terms) == ["360102"]
    assert codes(people) == []


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer wrong", "Bearer é", "bearer jsx_"])
def test_unknown_token_is_refused(client, db, header):
    response = client.get(TERMS, headers={"authorization": header})

    assert (response.status_code, response.json()) == (401, REFUSED)
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": now()}, {"expires_at": now() - timedelta(seconds=1)}],
    ids=["revoked", "expired"],
)
def test_dead_token_is_refused_at_the_next_request(client, secret, change):
    before = ask(client, secret).status_code
    ApiToken.objects.update(**change)

    after = ask(client, secret)

    assert (before, after.status_code, after.json()) == (200, 401, REFUSED)


def test_revoked_by_action_is_refused(client, secret):
    actions.revoke_token(token=ApiToken.objects.get(), by=None)

    assert ask(client, secret).status_code == 401


def test_token_of_a_deactivated_user_is_refused(client, secret, leader):
    leader.is_active = False
    leader.save()

    assert ask(client, secret).status_code == 401


def test_token_loses_what_its_user_loses(client, secret, leader, county):
    factories.term(county)
    before = codes(ask(client, secret))
    for grant in leader.grant_set.all():
        actions.end_grant(grant=grant, by=None)

    assert (before, codes(ask(client, secret))) == (["360102"], [])


def test_use_is_noted_once_a_minute(client, secret):
    ask(client, secret)
    first = ApiToken.objects.get().last_used_at
    ask(client, secret)
    second = ApiToken.objects.get().last_used_at
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    ask(client, secret)

    assert second == first
    assert ApiToken.objects.get().last_used_at > first


def test_token_needs_no_csrf_and_a_session_does(county, leader, secret):
    strict = Client(enforce_csrf_checks=True)
    path = "/api/v1/associations/360102/quotas/what-if/"

    by_token = strict.post(
        path, {}, content_type="application/json", headers={"authorization": f"Bearer {secret}"}
    )
    strict.force_login(leader)
    by_session = strict.post(path, {}, content_type="application/json")

    assert (by_token.status_code, by_session.status_code) == (200, 403)


def test_make_token_command_prints_a_working_token(client, county, capsys):
    clerk = factories.user((OFFICE, county), (LEADER, county), username="clerk", association=county)
    factories.term(county)

    call_command("make_token", clerk.username, "--days", "1")

    assert codes(ask(client, capsys.readouterr().out.strip())) == ["360102"]


def test_token_of_a_user_whose_password_is_due_is_refused(client, secret, leader):
    leader.must_change_password = True
    leader.save()

    response = ask(client, secret)

    assert (response.status_code, response.json()["detail"]) == (403, "须先在网页上修改密码")
