import pytest

from associations.enums import Body, Constituency, Kind
from portal.accounts.roles import OFFICE
from portal.api.views import councils, register
from tests import factories
from tests.access import world

LISTS = (
    register.Associations,
    councils.MilestoneEvents,
)
PATHS = ("associations", "milestones")


@pytest.fixture
def clerk(client, verifier):
    client.force_login(verifier)
    return client


def codes(response) -> list[str]:
    return [row["code"] for row in response.json()["results"]]


@pytest.fixture
def register_of_five(county, other_county):
    factories.association("360102001", name="彭家桥", name_key="pjq", established_on=None)
    factories.association("360102-0001", kind=Kind.SCHOOL, name="大学")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["3601", "360102", "360102-0001", "360102001", "360103"]),
        ("under=360102", ["360102", "360102-0001", "360102001"]),
        ("under=36", ["3601", "360102", "360102-0001", "360102001", "360103"]),
        ("under=31", []),
        ("parent=3601", ["360102", "360103"]),
        ("parent=36", ["3601"]),
        ("level=3", ["360102", "360103"]),
        ("kind=school", ["360102-0001"]),
        ("established=false", ["360102001"]),
        ("established=true&level=4", []),
        ("established=false&on=1999-12-31&level=3", ["360102", "360103"]),
        ("q=西湖", ["360103"]),
        ("q=PJQ", ["360102001"]),
        ("q=360102", ["360102", "360102-0001", "360102001"]),
        ("q=%25", []),
        ("page_size=2&under=360102", ["360102", "360102-0001"]),
    ],
)
def test_register_keeps_what_is_asked(clerk, register_of_five, query, expected):
    assert codes(clerk.get(f"/api/v1/associations/?{query}")) == expected


def test_row_of_the_register_is_whole(clerk, county):
    response = clerk.get("/api/v1/associations/?level=3")

    assert response.json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "code": "360102",
                "name": "东湖区计划生育协会",
                "short_name": "东湖区",
                "level": 3,
                "kind": "division",
                "established_on": "2000-01-01",
                "dissolved_on": None,
                "parent_code": "3601",
            }
        ],
    }


def test_pages_lead_through_all_rows_and_back(clerk, register_of_five):
    page, seen = clerk.get("/api/v1/associations/?page_size=2").json(), []
    while True:
        seen += [row["code"] for row in page["results"]]
        if page["next"] is None:
            break
        page = clerk.get(page["next"]).json()

    back = clerk.get(page["previous"]).json()

    assert seen == ["3601", "360102", "360102-0001", "360102001", "360103"]
    assert [row["code"] for row in back["results"]] == ["360102-0001", "360102001"]


@pytest.fixture
def full(db, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    here = world.build()
    return factories.user((OFFICE, here.places["above"].association), username="full")


@pytest.mark.parametrize(("view", "path"), list(zip(LISTS, PATHS, strict=True)), ids=PATHS)
def test_rows_have_the_columns_that_the_schema_tells(client, full, view, path):
    client.force_login(full)

    rows = client.get(f"/api/v1/{path}/").json()["results"]

    assert rows
    assert {frozenset(row) for row in rows} == {frozenset(view.serializer_class().fields)}


@pytest.mark.parametrize("path", PATHS)
def test_list_costs_the_same_for_one_row_and_for_ten(
    client, full, django_assert_max_num_queries, django_assert_num_queries, path
):
    client.force_login(full)
    with django_assert_max_num_queries(15) as few:
        client.get(f"/api/v1/{path}/?page_size=1")

    for number in range(10):
        place = factories.association(f"3602{number:02}")
        factories.grant(full, OFFICE, place)
        factories.seat(factories.term(place))
        factories.quota_rule(factories.policy(place), Body.COUNCIL, 30)

    with django_assert_num_queries(len(few)):
        client.get(f"/api/v1/{path}/")


def test_lists_of_a_place_keep_to_it(clerk, county, other_county):
    for place in (county, other_county):
        factories.seat(factories.term(place), constituency=Constituency.GRASSROOTS)

    def places(query: str) -> list[str]:
        rows = clerk.get(f"/api/v1/appointments/?{query}").json()["results"]
        return [row["association_code"] for row in rows]

    assert places("association=360102") == ["360102"]
    assert places("under=3601") == ["360102", "360103"]
    assert places("association=360102&on=2019-12-31") == []


def test_leader_sees_terms_and_nobody_by_name(client, leader, county):
    factories.seat(factories.term(county))
    client.force_login(leader)

    assert len(client.get("/api/v1/terms/").json()["results"]) == 1
    assert client.get("/api/v1/appointments/").json()["results"] == []


def test_percent_of_a_rule_is_exact(clerk, city):
    factories.quota_rule(factories.policy(city), Body.COUNCIL, 30)

    assert clerk.get("/api/v1/quota-rules/").json()["results"][0]["min_percent"] == "30.00"
