import pytest

from portal.accounts.models import Team, User
from portal.accounts.roles import OFFICE, Permission
from tests import factories

TEAMS = "/accounts/teams/"


@pytest.fixture
def team(county):
    return factories.team(county, name="值班组")


def scope_of(user):
    return User.objects.get(pk=user.pk).scope.prefixes_for(Permission.EDIT_RECORDS)


def test_team_gives_its_role_to_its_members(desk, clerk):
    desk.post(f"{TEAMS}new/", {"name": "值班组", "association": "360102"})
    team = Team.objects.get()
    desk.post(f"{TEAMS}{team.pk}/", {"user": "clerk"})
    before = scope_of(clerk)

    desk.post(f"{TEAMS}{team.pk}/grant/", {"association": "360102", "role": "office"})

    assert (str(team), before, scope_of(clerk)) == ("值班组", (), ("360102",))
    page = desk.get(f"{TEAMS}{team.pk}/")
    assert [member.username for member in page.context["members"]] == ["clerk"]

    desk.post(f"{TEAMS}{team.pk}/remove/", {"user": "clerk"})
    assert scope_of(clerk) == ()


def test_ended_grant_of_a_team_is_over(desk, clerk, team, county):
    clerk.groups.add(team.group)
    grant = factories.team_grant(team, OFFICE, county)

    desk.post(f"/accounts/team-grants/{grant.pk}/end/")

    assert scope_of(clerk) == ()


def test_same_name_in_one_association_is_refused(desk, team, other_county):
    page = desk.post(f"{TEAMS}new/", {"name": "值班组", "association": "360102"})
    elsewhere = desk.post(f"{TEAMS}new/", {"name": "值班组", "association": "360103"})

    assert list(page.context["form"].errors) == ["name"]
    assert elsewhere.status_code == 302


@pytest.mark.parametrize("user", ["stranger", "nobody", "administrator"])
def test_stranger_nobody_and_oneself_are_not_added(desk, administrator, team, stranger, user):
    page = desk.post(f"{TEAMS}{team.pk}/", {"user": user})

    assert list(page.context["form"].errors) == ["user"]
    assert not team.group.user_set.exists()


def test_stranger_and_nobody_are_refused_in_the_same_words(desk, team, stranger):
    words = [
        desk.post(f"{TEAMS}{team.pk}/", {"user": user}).context["form"].errors["user"]
        for user in ("stranger", "nobody")
    ]

    assert words[0] == words[1]


def test_team_that_holds_a_role_from_above_takes_nobody(desk, clerk, team, province):
    factories.team_grant(team, OFFICE, province)

    page = desk.post(f"{TEAMS}{team.pk}/", {"user": "clerk"})

    assert "请由上级管理员办理" in page.content.decode()
    assert scope_of(clerk) == ()


def test_nobody_gives_a_role_to_their_own_team(desk, administrator, team):
    administrator.groups.add(team.group)

    page = desk.post(f"{TEAMS}{team.pk}/grant/", {"association": "360102", "role": "office"})

    assert page.status_code == 200
    assert scope_of(administrator) == ()


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_and_three(desk, county, count, django_assert_num_queries):
    for _ in range(count):
        factories.team(county)

    with django_assert_num_queries(10):
        desk.get(TEAMS)
