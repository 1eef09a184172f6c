from datetime import timedelta

import pytest
from django.db.models import F

from portal.accounts import actions
from portal.accounts.demo import make_demo_accounts
from portal.accounts.models import ApiToken, Grant, User
from portal.accounts.roles import ADMINISTRATOR, LEADER, OFFICE, Permission
from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from tests import factories


@pytest.fixture
def administrator(city):
    return factories.user((ADMINISTRATOR, city), username="administrator", association=city)


def refused(act, **arguments) -> list[str]:
    with pytest.raises(RuleViolation) as violation:
        act(**arguments)
    return [finding.code for finding in violation.value.findings]


def test_new_user_must_choose_their_own_password(administrator, county):
    made = actions.create_user(
        username="clerk", name="办事员", association=county, password="Correct-horse-1", by=administrator
    )

    assert (made.association, made.must_change_password) == (county, True)
    assert made.check_password("Correct-horse-1")


@pytest.mark.parametrize("wrong", [{"password": "short"}, {"username": "administrator"}, {"username": "a b"}])
def test_user_with_a_weak_password_or_a_taken_name_is_refused(administrator, county, wrong):
    facts = {"username": "clerk", "name": "办事员", "association": county, "password": "Correct-horse-1"}

    codes = refused(actions.create_user, **(facts | wrong), by=administrator)

    assert set(codes) == {"invalid"}
    assert User.objects.count() == 1


def test_administrator_creates_nobody_outside_the_subtree(administrator, province, county):
    facts = {"username": "clerk", "name": "办事员", "password": "Correct-horse-1"}

    above = refused(actions.create_user, **facts, association=province, by=administrator)
    clerk = factories.user((OFFICE, county))
    powerless = refused(actions.create_user, **facts, association=county, by=clerk)

    assert above == powerless == ["out_of_reach"]


def test_granted_role_reaches_the_subtree_and_names_who_gave_it(administrator, county):
    clerk = factories.user(association=county)

    grant = actions.grant_role(user=clerk, role=OFFICE, association=county, by=administrator)

    assert (grant.role, grant.granted_by, grant.ends_on) == (OFFICE, administrator, None)
    assert clerk.scope.covers(Permission.EDIT_RECORDS, "360102001")


def test_same_role_again_moves_its_end(administrator, county):
    clerk = factories.user(association=county)
    actions.grant_role(user=clerk, role=OFFICE, association=county, by=administrator)

    actions.grant_role(user=clerk, role=OFFICE, association=county, by=administrator, ends_on=today())

    assert list(Grant.objects.filter(user=clerk).values_list("ends_on", flat=True)) == [today()]


def test_grant_outside_the_subtree_or_to_a_stranger_is_refused(administrator, province, county):
    own = factories.user(association=county)
    stranger = factories.user(association=province)

    assert refused(actions.grant_role, user=own, role=LEADER, association=province, by=administrator) == [
        "out_of_reach"
    ]
    assert refused(actions.grant_role, user=stranger, role=LEADER, association=county, by=administrator) == [
        "out_of_reach"
    ]


def test_nobody_grants_themselves_anything(administrator, county):
    codes = refused(actions.grant_role, user=administrator, role=OFFICE, association=county, by=administrator)

    assert codes == ["own_grant"]


def test_grant_that_would_end_in_the_past_is_refused(administrator, county):
    clerk = factories.user(association=county)
    yesterday = today() - timedelta(days=1)

    codes = refused(
        actions.grant_role, user=clerk, role=OFFICE, association=county, by=administrator, ends_on=yesterday
    )

    assert codes == ["ended"]


def test_ended_grant_is_over_at_once(administrator, county):
    clerk = factories.user((OFFICE, county), association=county)

    actions.end_grant(grant=Grant.objects.get(user=clerk), by=administrator)

    assert User.objects.get(pk=clerk.pk).scope.prefixes == {}


def test_end_of_an_ended_grant_stays_where_it_is(administrator, county):
    clerk = factories.user(association=county)
    last = today() - timedelta(days=90)
    grant = factories.grant(clerk, OFFICE, county, ends_on=last)

    codes = refused(actions.end_grant, grant=grant, by=administrator)

    grant.refresh_from_db()
    assert (codes, grant.ends_on) == (["ended"], last)


def test_grant_of_another_subtree_cannot_be_ended(administrator, province):
    grant = factories.grant(factories.user(), OFFICE, province)

    assert refused(actions.end_grant, grant=grant, by=administrator) == ["out_of_reach"]


def test_token_is_kept_as_a_hash_only(leader, county):
    issued = actions.make_token(user=leader, association=county, days=30, name="统计")

    stored = ApiToken.objects.annotate(life=F("expires_at") - F("created_at")).get()
    assert stored.token_hash == ApiToken.hash_of(issued.secret)
    assert issued.secret not in str(vars(stored))
    assert set(stored.permissions) == set(LEADER.permissions)
    assert timedelta(days=29, hours=23) < stored.life <= timedelta(days=30)


@pytest.mark.parametrize("days", [0, 367, -1])
def test_token_lives_a_year_at_most(leader, county, days):
    assert refused(actions.make_token, user=leader, association=county, days=days, name="统计") == ["days"]


def test_token_carries_no_more_than_its_user_holds_there(leader, county, other_county):
    more = refused(
        actions.make_token,
        user=leader,
        association=county,
        days=1,
        name="统计",
        permissions=[Permission.VIEW_PEOPLE],
    )
    elsewhere = refused(actions.make_token, user=leader, association=other_county, days=1, name="统计")

    assert more == elsewhere == ["not_held"]


def test_demo_accounts_are_made_once_and_take_the_new_password(province, county):
    first = make_demo_accounts("First-password-1")
    second = make_demo_accounts("Second-password-2")

    known = "admin jx_office jx_leader nc_office dh_office dh_leader dh_family auditor api_client"
    assert first == second == known.split()
    users = {user.username: user for user in User.objects.all()}
    assert users["dh_office"].check_password("Second-password-2")
    assert users["dh_office"].association == county
    assert Grant.objects.filter(user=users["dh_office"]).count() == 2
