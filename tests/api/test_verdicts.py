from datetime import date

import pytest

from associations.enums import Body, Constituency, Milestone, MilestoneStep, Post
from associations.models import MilestoneRule
from members.enums import Exit
from portal.accounts.roles import LEADER
from tests import factories
from tests.access import world

API = "/api/v1/associations/360102/"
DAY = "2021-06-30"


@pytest.fixture
def document(province):
    return factories.policy(province, number="赣卫办字〔2020〕4号", title="改革方案")


@pytest.fixture
def council(county, document):
    """Five council members of whom one speaks for the grass roots, under a rule of 30 per cent."""
    factories.quota_rule(document, Body.COUNCIL, 30)
    term = factories.term(county)
    president = factories.seat(term, Post.PRESIDENT)
    for constituency in (Constituency.GRASSROOTS, *[Constituency.OTHER] * 3):
        factories.seat(term, constituency=constituency)
    return president


def quota_of(response, body: str) -> dict:
    return next(quota for quota in response.json()["quotas"] if quota["body"] == body)


def test_quota_tells_figures_verdict_and_rule(clerk, council):
    response = clerk.get(f"{API}quotas/?on={DAY}")

    assert [response.json()["association"], response.json()["as_of"]] == ["360102", DAY]
    assert [quota["body"] for quota in response.json()["quotas"]] == ["congress", "council", "standing"]
    assert quota_of(response, "council") == {
        "body": "council",
        "total": 5,
        "counted": 1,
        "required_percent": "30.00",
        "percent": "20.0",
        "verdict": "short",
        "short_by_replacement": 1,
        "short_by_addition": 1,
        "rule": {
            "document_number": "赣卫办字〔2020〕4号",
            "title": "改革方案",
            "clause": "二（三）",
            "issuer_code": "36",
            "issuer_name": "江西省计划生育协会",
        },
        "weaker_than": None,
    }


def test_quota_is_of_the_day_asked(clerk, council):
    before = clerk.get(f"{API}quotas/?on=2020-01-09")

    assert (quota_of(before, "council")["total"], quota_of(before, "council")["verdict"]) == (0, "no_rule")


def test_what_if_counts_departures_and_entries_and_writes_nothing(clerk, council):
    change = {
        "on": DAY,
        "leave": [council.pk],
        "enter": [{"post": "council-member", "constituency": "grassroots"}],
    }

    response = clerk.post(f"{API}quotas/what-if/", change, content_type="application/json")

    proposed = quota_of(response, "council")
    assert (proposed["counted"], proposed["total"], proposed["verdict"]) == (2, 5, "met")
    assert quota_of(clerk.get(f"{API}quotas/?on={DAY}"), "council")["counted"] == 1


def test_what_if_refuses_who_is_not_in_office(clerk, council):
    council.ends_on, council.exit = date(2021, 1, 1), Exit.LEFT
    council.save()

    response = clerk.post(
        f"{API}quotas/what-if/", {"on": DAY, "leave": [council.pk]}, content_type="application/json"
    )

    assert response.status_code == 400
    assert response.json()["errors"] == {"leave": [f"该日没有这项任职：{council.pk}"]}


def test_council_names_people_to_the_office(clerk, council):
    response = clerk.get(f"{API}council/?on={DAY}")

    assert response.json()["term"] == 1
    assert response.json()["posts"][0] == {
        "post": "president",
        "count": 1,
        "occupants": [
            {
                "appointment": council.pk,
                "name": council.person.name,
                "constituency": "other",
                "employment": "part-time",
                "office_held": "",
                "starts_on": "2020-01-10",
                "entry": "elected",
            }
        ],
    }


def test_council_tells_the_leader_counts_only(client, leader, council):
    client.force_login(leader)

    posts = client.get(f"{API}council/?on={DAY}").json()["posts"]

    assert posts == [
        {"post": "president", "count": 1, "occupants": []},
        {"post": "council-member", "count": 4, "occupants": []},
    ]


def test_council_that_does_not_exist_is_empty(clerk):
    response = clerk.get(f"{API}council/?on={DAY}")

    assert response.json() == {"association": "360102", "as_of": DAY, "term": None, "posts": []}


@pytest.fixture
def plan(document, county):
    return MilestoneRule.objects.create(
        document=document,
        clause="一",
        scope=document.issuer,
        levels=[county.level],
        starts_on=document.dated_on,
        milestone=Milestone.PLAN_ISSUED,
        deadline=date(2020, 12, 31),
        evidence="方案",
        weight=2,
    )


def progress(**values) -> dict:
    """Return a progress of one milestone, all nought but for what is given."""
    weights = dict.fromkeys(("required", "claimed", "verified", "overdue", "late"), 0)
    counts = dict.fromkeys(("claimed_count", "overdue_count", "late_count", "uncomputed_count"), 0)
    return weights | counts | {"bound_count": 1, "uncomputed": []} | values


def test_reform_tells_state_deadline_and_progress(clerk, plan):
    response = clerk.get(f"{API}reform/?on={DAY}")

    milestone = response.json()["milestones"][0]
    assert milestone | {"rule": milestone["rule"]["document_number"]} == {
        "milestone": "plan-issued",
        "state": "not-started",
        "deadline": "2020-12-31",
        "achieved_on": None,
        "document_number": "",
        "claimed_on": None,
        "overdue": True,
        "late": False,
        "weight": 2,
        "rule": "赣卫办字〔2020〕4号",
        "weaker_than": None,
    }
    own = progress(required=2, overdue=2, percent="0.0", overdue_count=1)
    assert response.json()["progress"] == {"node": own, "subtree": own}


def test_verified_claim_counts_as_progress(clerk, plan, county, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    world.claim(county, on=date(2020, 12, 31), achieved_on=date(2020, 12, 31))
    county.milestone_events.create(
        milestone=Milestone.PLAN_ISSUED, step=MilestoneStep.VERIFIED, on=date(2021, 2, 1)
    )

    def progress_on(day: str) -> dict:
        return clerk.get(f"{API}reform/?on={day}").json()["progress"]["node"]

    assert progress_on("2020-12-31") == progress(required=2, claimed=2, percent="0.0", claimed_count=1)
    assert progress_on(DAY) == progress(required=2, verified=2, percent="100.0")


def test_milestone_that_nothing_computes_is_named_beside_the_progress(clerk, plan, document):
    factories.milestone_rule(document, Milestone.NETWORK)

    found = clerk.get(f"{API}reform/?on={DAY}").json()["progress"]["node"]

    beside = {"bound_count": 2, "uncomputed_count": 1, "uncomputed": ["network"]}
    assert found == progress(required=2, overdue=2, percent="0.0", overdue_count=1) | beside


def test_overview_adds_up_the_subtree(client, city, council, other_county):
    client.force_login(factories.user((LEADER, city)))

    response = client.get(f"/api/v1/associations/3601/overview/?on={DAY}")

    total, children = response.json()["total"], response.json()["children"]
    assert total["coverage"] == {"due": 3, "established": 3, "percent": "100.0"}
    assert [child["code"] for child in children] == ["360102", "360103"]
    assert sum(child["coverage"]["due"] for child in children) == 2


def test_association_tells_its_ancestors_and_what_lies_below(clerk, county):
    factories.association("360102001", established_on=None)

    response = clerk.get(f"{API}?on={DAY}")

    assert response.json() == {
        "code": "360102",
        "name": "东湖区计划生育协会",
        "short_name": "东湖区",
        "level": 3,
        "kind": "division",
        "parent_code": "3601",
        "established_on": "2000-01-01",
        "dissolved_on": None,
        "address": "",
        "phone": "",
        "host_body": "",
        "party_organisation": "none",
        "ancestors": [
            {"code": "36", "name": "江西省计划生育协会"},
            {"code": "3601", "name": "南昌市计划生育协会"},
        ],
        "coverage": [
            {"level": 3, "due": 1, "established": 1},
            {"level": 4, "due": 1, "established": 0},
        ],
    }


@pytest.mark.parametrize("path", ["overview/", "quotas/", "reform/"])
def test_unchanged_reply_is_304_and_a_changed_one_is_not(clerk, council, plan, path):
    url = f"{API}{path}?on={DAY}"
    tag = clerk.get(url)["ETag"]

    unchanged = clerk.get(url, headers={"if-none-match": tag})
    factories.seat(council.term)
    plan.delete()
    council.term.association.established_on = None
    council.term.association.save()
    changed = clerk.get(url, headers={"if-none-match": tag})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (changed.status_code, changed["ETag"] == tag) == (200, False)


@pytest.mark.parametrize(
    ("path", "keeping"),
    [
        ("associations/360102/", "private, no-store"),
        ("associations/360102/council/", "private, no-store"),
        ("appointments/", "private, no-store"),
        ("associations/360102/quotas/", "private, no-cache"),
        ("terms/", "private, no-cache"),
    ],
)
def test_replies_about_people_are_never_stored(clerk, council, path, keeping):
    assert clerk.get(f"/api/v1/{path}")["Cache-Control"] == keeping


def test_304_is_never_given_to_who_may_not_look(clerk, council, neighbour):
    url = f"{API}quotas/?on={DAY}"
    tag = clerk.get(url)["ETag"]
    clerk.force_login(neighbour)

    assert clerk.get(url, headers={"if-none-match": tag}).status_code == 404


@pytest.mark.parametrize(
    ("path", "most"), [("", 15), ("overview/", 25), ("quotas/", 15), ("council/", 15), ("reform/", 18)]
)
def test_verdict_costs_the_same_for_few_and_many_below(
    client, city, council, plan, django_assert_max_num_queries, django_assert_num_queries, path, most
):
    client.force_login(factories.user((LEADER, city)))
    url = f"/api/v1/associations/3601/{path}?on={DAY}"
    with django_assert_max_num_queries(most) as few:
        client.get(url)

    for number in range(10, 20):
        factories.seat(factories.term(factories.association(f"3601{number}")))

    with django_assert_num_queries(len(few)):
        client.get(url)
