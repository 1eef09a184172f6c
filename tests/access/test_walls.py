"""Each wall of the accounts, switched off, is noticed by a check that holds while it stands."""

from datetime import date

import pytest

from associations.models import Association
from portal.accounts import actions, reach, second_factor, sessions, team_actions
from portal.accounts.enums import SignInEnd
from portal.accounts.models import Grant, SignIn, User
from portal.accounts.models.user import ApiTokenQuerySet, GrantQuerySet
from portal.accounts.roles import ADMINISTRATOR, LEADER, OFFICE, Permission
from portal.accounts.scope import Scope, ScopedQuerySet
from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from tests import factories

YESTERDAY = date.fromordinal(today().toordinal() - 1)


@pytest.fixture
def province(here):
    return Association.objects.get(code="36")


@pytest.fixture
def city(here):
    return here.places["above"].association


@pytest.fixture
def county(here):
    return here.places["own"].association


@pytest.fixture
def administrator(city):
    return factories.user((ADMINISTRATOR, city), association=city)


@pytest.fixture
def office(here):
    return User.objects.get(username="office")


@pytest.fixture
def leader(here):
    return User.objects.get(username="leader")


def is_refused(act, **arguments) -> bool:
    try:
        act(**arguments)
    except RuleViolation:
        return True
    return False


def asks_for_a_code(client, administrator) -> bool:
    client.force_login(administrator)
    return client.get("/accounts/users/invite/").status_code == 302


def test_second_factor(client, administrator, monkeypatch):
    assert asks_for_a_code(client, administrator)

    # The middleware names every session verified.
    monkeypatch.setattr("django_otp.middleware.is_verified", lambda user: True)

    assert not asks_for_a_code(client, administrator)


def lists_a_stranger(client, administrator) -> bool:
    client.force_login(administrator)
    return "某外省人" in client.get("/accounts/users/").content.decode()


def test_scope_of_the_list_of_users(client, administrator, here, monkeypatch):
    factories.user(name="某外省人", association=here.places["elsewhere"].association)
    assert not lists_a_stranger(client, administrator)

    monkeypatch.setattr(ScopedQuerySet, "visible_to", lambda self, user, permission=None: self.scoped())

    assert lists_a_stranger(client, administrator)


def test_reach_of_grants(administrator, county, province, monkeypatch):
    facts = {"user": factories.user(association=county), "role": OFFICE, "association": province}
    assert is_refused(actions.grant_role, **facts, by=administrator)

    monkeypatch.setattr(reach, "reaches", lambda by, association: True)

    assert not is_refused(actions.grant_role, **facts, by=administrator)


def test_power_over_accounts(administrator, county, province, monkeypatch):
    above = factories.user((OFFICE, province), association=county)
    assert is_refused(actions.deactivate_user, user=above, by=administrator)

    monkeypatch.setattr(User, "held_roles", lambda self: [])

    assert not is_refused(actions.deactivate_user, user=above, by=administrator)


def test_teams_from_above(administrator, county, province, monkeypatch):
    team = factories.team(county)
    factories.team_grant(team, OFFICE, province)
    facts = {"team": team, "user": factories.user(association=county), "by": administrator}
    assert is_refused(team_actions.add_member, **facts)

    monkeypatch.setattr(team_actions, "_require_team", lambda by, team: None)

    assert not is_refused(team_actions.add_member, **facts)


def codes_of_token(client, secret) -> list[str]:
    answer = client.get("/api/v1/associations/", headers={"authorization": f"Bearer {secret}"})
    return [row["code"] for row in answer.json()["results"]]


def test_narrowing_of_tokens(client, city, county, monkeypatch):
    user = factories.user((LEADER, city), association=city)
    secret = actions.make_token(user=user, association=county, days=1, name="测试").secret
    assert codes_of_token(client, secret) == ["360102", "360102001"]

    monkeypatch.setattr(Scope, "narrowed", lambda self, *, permissions, prefix: self)

    assert codes_of_token(client, secret) == ["3601", "360102", "360102001", "360103"]


def test_life_of_tokens(client, leader, county, monkeypatch):
    issued = actions.make_token(user=leader, association=county, days=1, name="测试")
    actions.revoke_token(token=issued.token, by=None)
    bearer = {"authorization": f"Bearer {issued.secret}"}
    assert client.get("/api/v1/associations/", headers=bearer).status_code == 401

    monkeypatch.setattr(ApiTokenQuerySet, "live", lambda self, *, at: self)

    assert client.get("/api/v1/associations/", headers=bearer).status_code == 200


def test_end_of_grants(county, monkeypatch):
    factories.grant(factories.user(username="late"), OFFICE, county, ends_on=YESTERDAY)
    assert not User.objects.get(username="late").scope.may(Permission.EDIT_RECORDS)

    monkeypatch.setattr(GrantQuerySet, "in_force", lambda self, *, on: self)

    assert User.objects.get(username="late").scope.may(Permission.EDIT_RECORDS)


def test_end_of_terms(here):
    place = Association.objects.get(code="31")
    user = factories.user()
    factories.grant(user, OFFICE, place, term=factories.term(place, ends_on=YESTERDAY))
    assert not user.scope.may(Permission.EDIT_RECORDS)

    Grant.objects.filter(user=user).update(term=None)

    assert User.objects.get(pk=user.pk).scope.may(Permission.EDIT_RECORDS)


def goes_on(client) -> bool:
    return client.get("/accounts/password/").status_code == 200


def test_ended_session(client, office):
    # The wall is the deletion of the session's row: a note of the end alone would stop nobody.
    client.force_login(office)
    SignIn.objects.update(ended_at="2026-01-01T00:00Z", ending=SignInEnd.ENDED)
    assert goes_on(client)

    SignIn.objects.update(ended_at=None, ending="")
    sessions.end_sign_ins(SignIn.objects.filter(user=office), ending=SignInEnd.ENDED)

    assert not goes_on(client)


def test_absolute_end_of_sessions(client, office, monkeypatch):
    client.force_login(office)
    session = client.session
    session[sessions.SIGNED_IN_AT] -= 8 * 3600 + 1
    session.save()
    monkeypatch.setattr("portal.accounts.middleware.has_ended", lambda session, *, at: False)
    assert goes_on(client)

    monkeypatch.undo()

    assert not goes_on(client)


def test_slowing_down_of_wrong_codes(office, monkeypatch):
    device = second_factor.SecondFactor.objects.get(user=office)
    for _ in range(6):
        device.throttle_increment()
    assert device.verify_is_allowed()[0] is False

    monkeypatch.setattr(type(device), "get_throttle_factor", lambda self: 0)

    assert device.verify_is_allowed()[0] is True
