import pytest

from portal.accounts.models import ApiToken
from portal.accounts.roles import LEADER, OFFICE
from tests import factories

TOKENS = "/accounts/tokens/"
FACTS = {
    "name": "省统计平台",
    "association": "360102",
    "permissions": ["view-register", "view-statistics"],
    "days": "30",
}


@pytest.fixture
def leader_desk(client, leader):
    client.force_login(leader)
    factories.verify(client, leader)
    return client


def ask(secret, client):
    return type(client)().get("/api/v1/associations/", headers={"authorization": f"Bearer {secret}"})


def test_token_is_shown_once_and_works_until_it_is_revoked(leader_desk):
    page = leader_desk.post(f"{TOKENS}new/", FACTS)

    secret = page.context["secret"]
    token = ApiToken.objects.get()
    assert (page.status_code, secret in page.content.decode()) == (200, True)
    assert secret not in leader_desk.get(TOKENS).content.decode()
    assert ask(secret, leader_desk).status_code == 200

    leader_desk.post(f"{TOKENS}{token.pk}/revoke/")

    assert ask(secret, leader_desk).status_code == 401
    assert [row.state for row in leader_desk.get(TOKENS).context["rows"]] == ["已停用"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("association", "360103"),
        ("association", "999999"),
        ("association", ""),
        ("permissions", ["view-people"]),
        ("permissions", ["rule"]),
        ("permissions", []),
        ("days", "0"),
        ("days", "367"),
        ("name", ""),
    ],
)
def test_wrong_field_is_told_and_makes_nothing(leader_desk, other_county, field, value):
    page = leader_desk.post(f"{TOKENS}new/", FACTS | {field: value})

    assert list(page.context["form"].errors) == [field]
    assert ApiToken.objects.count() == 0


def test_place_out_of_reach_and_no_place_are_refused_in_the_same_words(leader_desk, other_county):
    pages = [leader_desk.post(f"{TOKENS}new/", FACTS | {"association": code}) for code in ("360103", "9")]

    assert len({str(page.context["form"].errors) for page in pages}) == 1


def test_administrator_sees_and_revokes_those_of_the_subtree(desk, clerk, county, stranger):
    below = factories.token(clerk, county)
    away = factories.token(stranger, stranger.association)

    page = desk.get(TOKENS)
    desk.post(f"{TOKENS}{below.pk}/revoke/")

    assert [row.token for row in page.context["rows"]] == [below]
    assert ApiToken.objects.get(pk=below.pk).revoked_at is not None
    assert desk.get(f"{TOKENS}{away.pk}/revoke/").status_code == 404


def test_clerk_sees_their_own_only(leader_desk, leader, county):
    own = factories.token(leader, county)
    factories.token(factories.user((OFFICE, county), association=county), county)

    assert [row.token for row in leader_desk.get(TOKENS).context["rows"]] == [own]


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_and_three(desk, clerk, county, count, django_assert_num_queries):
    factories.grant(clerk, LEADER, county)
    for _ in range(count):
        factories.token(clerk, county)

    with django_assert_num_queries(11):
        desk.get(TOKENS)
