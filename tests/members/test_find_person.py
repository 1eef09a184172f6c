from datetime import date

import pytest

from members.models import MemberGroup, Membership, Person, Volunteer
from tests import factories

from .test_identity import number, numbered

FIND = "/members/find/"
FOUND = "/members/found/"
GROUPS = "/records/groups/"
MALE = number()


@pytest.fixture
def person(county):
    return numbered(county, name="甲某某", name_key="jmm", phone="13812345678")


@pytest.fixture
def group(county):
    return MemberGroup.objects.create(association=county, name="一组", starts_on=date(2020, 1, 10))


def found(response):
    return [choice.name for choice, _ in response.context["lines"]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("甲", ["甲某某"]),
        ("某", []),
        ("JM", ["甲某某"]),
        (MALE, ["甲某某"]),
        (MALE[:6] + MALE[8:17], ["甲某某"]),
        (f" {MALE[:6]} {MALE[6:14]} {MALE[14:]} ", ["甲某某"]),
        (number("125"), []),
        (MALE[:-1], []),
        ("", []),
        ("\x00", []),
        ("%", []),
    ],
)
def test_person_is_found_by_name_initials_or_whole_number(client, office, person, text, names):
    factories.verified(client, office)

    assert found(client.post(FIND, {"text": text})) == names


def test_nobody_is_found_beyond_the_reach(client, neighbour, person):
    factories.verified(client, neighbour)

    answers = [client.post(FIND, {"text": text}) for text in ("甲", "jm", MALE)]

    assert [found(answer) for answer in answers] == [[], [], []]


@pytest.mark.parametrize("who", ["leader", "outsider"])
def test_search_is_missing_for_who_may_see_no_people(client, request, person, who):
    client.force_login(request.getfixturevalue(who))

    statuses = [client.get(FIND), client.post(FIND, {"text": "甲"}), client.post(FOUND, {"field": "leader"})]

    assert [each.status_code for each in statuses] == [404, 404, 404]


def test_number_reaches_no_address_and_no_log(client, office, person, caplog, capsys):
    factories.verified(client, office)

    page = client.post(f"{FIND}?then=memberships", {"text": MALE}).content.decode()

    written = capsys.readouterr()
    logged = caplog.text + written.out + written.err
    assert MALE not in logged
    assert page.count(MALE) == 1  # the search box alone
    assert 'method="post"' in page


@pytest.mark.parametrize("more", [0, 2])
def test_search_asks_the_same_queries(client, office, county, more, django_assert_num_queries):
    for _ in range(1 + more):
        factories.person(county, name="甲某")
    client.force_login(office)

    with django_assert_num_queries(9):
        assert len(found(client.post(FIND, {"text": "甲"}))) == 1 + more


@pytest.mark.parametrize(("slug", "model"), [("memberships", Membership), ("volunteers", Volunteer)])
def test_list_leads_over_the_person_to_the_new_record(client, office, county, person, slug, model):
    factories.verified(client, office)

    start = client.get(f"/records/{slug}/").context["actions"][-1]
    page = client.post(start.url, {"text": "甲"})
    address = page.context["lines"][0][1]
    form = client.get(address).context["form"]
    client.post(
        address,
        {"association": "360102", "joined_on": "2020-01-10", "applied_on": "2020-01-10", "category": "other"},
    )

    assert start.url == f"{FIND}?then={slug}"
    assert client.get(f"/records/{slug}/new/").url == start.url
    assert form["association"].value() == "360102"
    assert model.objects.get().person == person


def test_new_person_goes_on_to_the_membership(client, office, county):
    factories.verified(client, office)
    page = client.post(f"{FIND}?then=memberships", {"text": "乙某"})

    made = client.post(
        page.context["new"].url,
        {
            "association": "360102",
            "name": "乙某",
            "id_number": MALE,
            "ethnicity": "汉族",
            "political_status": "none",
        },
    )

    assert made.url == f"/records/memberships/new/?person={Person.objects.get().pk}&saved=people-new"


@pytest.mark.parametrize("then", ["terms", "gone", "families", "households", "\x01"])
def test_search_for_what_is_not_made_for_people_is_a_plain_search(client, office, person, then):
    factories.verified(client, office)

    page = client.post(f"{FIND}?then={then}", {"text": "甲"})

    assert page.context["lines"][0][1] == f"/records/people/{person.pk}/"


def test_group_gets_a_leader_with_and_without_scripts(client, office, county, group, person):
    factories.verified(client, office)
    address = f"{GROUPS}{group.pk}/edit/"
    typed = {"association": "360102", "name": "改名组", "starts_on": "2020-01-10", "seen": "1"}

    page = client.post(address, typed | {"leader": "", "leader_q": "jm", "find": "leader"})
    part = client.post(
        FOUND, {"field": "leader", "leader_q": MALE, "leader": ""}, headers={"HX-Request": "true"}
    )
    group.refresh_from_db()
    before = group.name
    client.post(address, typed | {"leader": str(person.pk), "leader_q": "jm"})

    search = page.context["form"]["leader"].search()
    assert [(each.name, each.born, each.phone) for each in search.choices] == [
        ("甲某某", "1990年生", "138****5678")
    ]
    assert (page.context["form"]["name"].value(), page.context["form"].errors) == ("改名组", {})
    assert "甲某某" in part.content.decode()
    group.refresh_from_db()
    assert (before, group.name, group.leader) == ("一组", "改名组", person)


def test_search_does_not_take_the_version_that_was_seen_back(client, office, group):
    MemberGroup.objects.update(version=5)
    factories.verified(client, office)
    typed = {"association": "360102", "name": "改名组", "starts_on": "2020-01-10", "seen": "1"}

    page = client.post(f"{GROUPS}{group.pk}/edit/", typed | {"find": "leader", "leader_q": "甲"})

    assert page.context["form"]["seen"].value() == "1"


@pytest.mark.parametrize("key", ["foreign", "10000000", "x", "9" * 18, "9" * 30, "²", "-1", "0"])
def test_foreign_leader_is_refused_like_a_missing_one(client, office, other_county, group, key):
    stranger = factories.person(other_county)
    factories.verified(client, office)
    typed = {"association": "360102", "name": "一组", "starts_on": "2020-01-10", "seen": "1"}

    answer = client.post(
        f"{GROUPS}{group.pk}/edit/", typed | {"leader": str(stranger.pk) if key == "foreign" else key}
    )

    said = answer.context["form"].errors["leader"]
    assert said in (
        ["没有这名人员，或不在您的管理范围内"],
        ["确保该变量包含不超过 19 字符 (目前字符数 30)。"],
    )
    assert stranger.name not in answer.content.decode()
