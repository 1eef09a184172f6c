import pytest
from django.contrib.sessions.models import Session

from portal.accounts.enums import UserState
from portal.accounts.models import ApiToken, Grant, SecondFactor, User
from portal.accounts.roles import ADMINISTRATOR, LEADER, OFFICE
from portal.lib.dates import now
from tests import factories

USERS = "/accounts/users/"


def names(page) -> list[str]:
    return [row.user.username for row in page.context["rows"]]


def test_list_shows_the_subtree_with_roles_and_nobody_else(desk, clerk, county, province, stranger):
    factories.grant(clerk, OFFICE, county)
    factories.grant(clerk, LEADER, province)
    factories.user(username="above", association=province)

    page = desk.get(USERS)

    rows = [(row.user.username, row.roles) for row in page.context["rows"]]
    # What was given to the clerk above the administrator's reach is not theirs to see.
    assert rows == [("administrator", "管理员"), ("clerk", "办公室")]


def test_role_of_a_team_counts(desk, clerk, county):
    team = factories.team(county)
    factories.team_grant(team, LEADER, county)
    clerk.groups.add(team.group)

    assert [row.roles for row in desk.get(f"{USERS}?role=leader").context["rows"]] == ["领导"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=某办事", ["clerk"]),
        ("q=CLE", ["clerk"]),
        ("q=外省", []),
        ("role=administrator", ["administrator"]),
        ("under=360102", ["clerk"]),
        ("under=31", []),
        ("state=deactivated", []),
        ("state=active", ["administrator", "clerk"]),
    ],
)
def test_filters_narrow_inside_the_subtree(desk, clerk, stranger, query, found):
    assert names(desk.get(f"{USERS}?{query}")) == found


@pytest.mark.parametrize("query", ["role=king", "state=x", "unknown=1", "after=~", "after=a~b"])
def test_nonsense_is_refused(desk, query):
    assert desk.get(f"{USERS}?{query}").status_code == 400


def test_pages_follow_by_key(desk, county):
    User.objects.bulk_create(User(username=f"u{n:03}", association=county) for n in range(60))

    first = desk.get(USERS)
    second = desk.get(USERS + first.context["page"].next_url)
    back = desk.get(USERS + second.context["page"].previous_url)

    assert [*names(first), *names(second)] == ["administrator", *(f"u{n:03}" for n in range(60))]
    assert names(back) == names(first)


def test_list_costs_the_same_for_one_and_many(desk, county, django_assert_num_queries):
    factories.user((OFFICE, county), association=county)
    with django_assert_num_queries(13):
        desk.get(USERS)

    for _ in range(3):
        factories.user((OFFICE, county), association=county)
    with django_assert_num_queries(13):
        desk.get(USERS)


@pytest.mark.parametrize("count", [1, 3])
def test_detail_costs_the_same_for_one_and_three_grants(
    desk, clerk, county, count, django_assert_num_queries
):
    for place in [county, *(factories.association(f"36010200{n}") for n in range(1, count))]:
        factories.grant(clerk, OFFICE, place)

    with django_assert_num_queries(15):
        desk.get(f"{USERS}{clerk.pk}/")


def test_detail_names_the_giver_where_the_asker_manages_them(desk, administrator, clerk, county, province):
    above = factories.user((ADMINISTRATOR, province), name="某省管理员", association=province)
    factories.grant(clerk, OFFICE, county, granted_by=administrator)
    factories.grant(clerk, LEADER, county, granted_by=above)

    page = desk.get(f"{USERS}{clerk.pk}/")

    assert sorted(row.giver for row in page.context["grants"]) == ["administrator", "江西省"]
    assert "某省管理员" not in page.content.decode()


def test_stranger_and_nobody_look_the_same(desk, stranger):
    there, nowhere = desk.get(f"{USERS}{stranger.pk}/"), desk.get(f"{USERS}999999999999999999999/")

    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert there.content == nowhere.content


def test_deactivated_user_stops_at_the_next_request(desk, clerk, county):
    factories.grant(clerk, OFFICE, county)
    token = factories.token(clerk, county)
    at_work = type(desk)()
    at_work.force_login(clerk)

    desk.post(f"{USERS}{clerk.pk}/deactivate/")

    assert at_work.get("/accounts/password/").status_code == 302
    assert not ApiToken.objects.live(at=now()).filter(pk=token.pk).exists()
    assert User.objects.get(pk=clerk.pk).state == UserState.DEACTIVATED
    assert Session.objects.count() == 1

    desk.post(f"{USERS}{clerk.pk}/reactivate/")
    at_work.force_login(clerk)
    assert at_work.get("/accounts/password/").status_code == 200


def test_all_sessions_of_a_user_end(desk, clerk):
    at_work = type(desk)()
    at_work.force_login(clerk)

    page = desk.get(f"{USERS}{clerk.pk}/end-sessions/")
    desk.post(f"{USERS}{clerk.pk}/end-sessions/")

    assert "结束全部登录" in page.content.decode()
    assert at_work.get("/accounts/password/").status_code == 302


def test_lost_device_is_removed(desk, clerk):
    SecondFactor.objects.create(user=clerk, key="00" * 20)

    desk.post(f"{USERS}{clerk.pk}/remove-factor/")

    assert not SecondFactor.objects.filter(user=clerk).exists()


@pytest.mark.parametrize("deed", ["deactivate", "remove-factor", "end-sessions", "unlock", "reactivate"])
def test_nothing_is_done_to_whoever_holds_more(desk, clerk, province, deed):
    factories.grant(clerk, OFFICE, province)
    SecondFactor.objects.create(user=clerk, key="00" * 20)
    at_work = type(desk)()
    at_work.force_login(clerk)

    answer = desk.post(f"{USERS}{clerk.pk}/{deed}/", follow=True)

    assert "请由上级管理员办理" in answer.content.decode()
    assert at_work.get("/accounts/password/").status_code == 200
    assert User.objects.get(pk=clerk.pk).is_active
    assert SecondFactor.objects.filter(user=clerk).exists()


def test_nobody_deactivates_themselves(desk, administrator):
    desk.post(f"{USERS}{administrator.pk}/deactivate/")

    assert User.objects.get(pk=administrator.pk).is_active


def test_unknown_deed_is_missing(desk, clerk):
    assert desk.get(f"{USERS}{clerk.pk}/promote/").status_code == 404


def test_invitation_shows_its_link_once(desk, county):
    values = {"username": "new", "name": "某新人", "association": "360102", "roles": ["office", "leader"]}

    page = desk.post(f"{USERS}invite/", values)

    user = User.objects.get(username="new")
    url = page.context["url"]
    assert url.startswith("http://testserver/accounts/link/open/#")
    assert url.rpartition("#")[2] not in desk.get(f"{USERS}{user.pk}/").content.decode()
    assert (user.state, Grant.objects.filter(user=user).count()) == (UserState.INVITED, 2)


def test_invitation_that_is_refused_makes_nobody(desk, clerk):
    values = {"username": "clerk", "name": "某新人", "association": "360102", "roles": ["office"]}

    page = desk.post(f"{USERS}invite/", values)

    assert list(page.context["form"].errors) == ["username"]
    assert User.objects.count() == 2


def test_new_link_kills_the_one_before(desk, client, clerk):
    first = desk.post(f"{USERS}{clerk.pk}/link/").context["url"]
    second = desk.post(f"{USERS}{clerk.pk}/link/").context["url"]

    opened = [desk.post("/accounts/link/", {"key": url}) for url in (first, second)]
    assert [page.status_code for page in opened] == [404, 200]


def entry(**changed):
    return {"name": "某新名", "email": "new@example.org", "association": "360102"} | changed


def test_name_address_and_place_are_corrected(desk, clerk, county):
    village = factories.association("360102001", short_name="某街道")

    page = desk.get(f"{USERS}{clerk.pk}/edit/")
    answer = desk.post(f"{USERS}{clerk.pk}/edit/", entry(association="360102001"))

    clerk.refresh_from_db()
    assert page.context["form"].initial["name"] == "某办事员"
    assert answer.url == f"{USERS}{clerk.pk}/"
    assert (clerk.name, clerk.email, clerk.association) == ("某新名", "new@example.org", village)
    assert clerk.username == "clerk"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"association": "310107"}, "association"),
        ({"association": "36"}, "association"),
        ({"email": "nowhere"}, "email"),
        ({"name": ""}, "name"),
    ],
    ids=str,
)
def test_correction_that_does_not_fit_changes_nothing(desk, clerk, stranger, changed, field):
    page = desk.post(f"{USERS}{clerk.pk}/edit/", entry(**changed))

    clerk.refresh_from_db()
    assert (page.status_code, set(page.context["form"].errors)) == (200, {field})
    assert clerk.email == ""


def test_address_of_somebody_who_holds_more_stays(desk, clerk, province):
    factories.grant(clerk, OFFICE, province)

    page = desk.post(f"{USERS}{clerk.pk}/edit/", entry())

    clerk.refresh_from_db()
    assert (page.status_code, clerk.email) == (200, "")
    assert "请由上级管理员办理" in page.content.decode()
