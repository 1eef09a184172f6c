"""The record types over REST: the same rows, forms and refusals as on the pages."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from associations.models import FunctionTransfer
from members.models import Family, MemberGroup, Membership, Person, Session
from portal.accounts.roles import ADMINISTRATOR, FAMILY, LEADER, OFFICE
from portal.api.jobs import forget_keys
from portal.api.models import KeyedRequest
from portal.audit.models import Look
from portal.lib.dates import now
from portal.records.registry import registered
from tests import factories
from tests.access import world

API = "/api/v1"
DAY = date(2021, 6, 30)


def send(client, method, path, **headers):
    return client.generic(method, f"{API}/{path}", headers=headers)


def post(client, path, body, **headers):
    return client.post(f"{API}/{path}", body, content_type="application/json", headers=headers)


def patch(client, path, body, seen='"1"'):
    return client.patch(f"{API}/{path}", body, content_type="application/json", headers={"if-match": seen})


@pytest.fixture
def person(county):
    return factories.person(county, name="某人员", phone="13812345678", born_on=date(1980, 2, 29))


def test_person_is_shown_masked_and_tagged(clerk, person):
    answer = clerk.get(f"{API}/people/{person.pk}/")

    row = answer.json()
    assert (row["name"], row["phone"], row["association_code"]) == ("某人员", "138****5678", "360102")
    assert re.fullmatch('"1-[0-9a-f]{16}"', answer["ETag"])
    assert answer["Cache-Control"] == "private, no-store"
    assert not {name for name in row if "id_number" in name}


def test_unchanged_record_is_not_sent_again(clerk, person):
    tag = clerk.get(f"{API}/people/{person.pk}/")["ETag"]
    answer = clerk.get(f"{API}/people/{person.pk}/", headers={"if-none-match": tag})

    assert (answer.status_code, answer.content) == (304, b"")


def test_record_that_names_somebody_is_sent_again_when_they_are_renamed(clerk, county, person):
    roll = factories.membership(county, person=person)
    tag = clerk.get(f"{API}/memberships/{roll.pk}/")["ETag"]
    patch(clerk, f"people/{person.pk}/", {"name": "某新名"})

    answer = clerk.get(f"{API}/memberships/{roll.pk}/", headers={"if-none-match": tag})

    assert (answer.status_code, answer.json()["person_name"]) == (200, "某新名")


def test_list_keeps_to_its_filters_and_leads_on(clerk, county, other_county):
    people = [factories.person(county, name=f"某甲{number}") for number in range(3)]
    factories.person(county, name="某乙")
    factories.person(other_county, name="某甲外")

    first = clerk.get(f"{API}/people/?q=某甲&page_size=2").json()
    second = clerk.get(first["next"]).json()
    back = clerk.get(second["previous"]).json()

    assert [row["id"] for row in [*first["results"], *second["results"]]] == [each.pk for each in people]
    assert (second["next"], back["results"]) == (None, first["results"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("q=a&q=b", "q"),
        ("sex=king", "sex"),
        ("page_size=201", "page_size"),
        ("under=x", "under"),
    ],
)
def test_parameter_without_sense_is_named(clerk, query, field):
    answer = clerk.get(f"{API}/people/?{query}")

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("query", ["sort=phone", "cursor=x", "cursor=after~x~y"])
def test_place_in_the_list_without_sense_is_refused(clerk, query):
    assert clerk.get(f"{API}/people/?{query}").status_code == 400


def test_record_is_made_changed_ended_and_deleted(clerk, county):
    made = post(clerk, "groups/", {"association_code": "360102", "name": "一组", "starts_on": "2020-01-10"})
    path = f"groups/{made.json()['id']}/"
    changed = patch(clerk, path, {"name": "第一组"})
    ended = post(clerk, f"{path}end/", {"ends_on": "2021-01-10"}, **{"if-match": changed["ETag"]})
    deleted = send(clerk, "DELETE", path, **{"if-match": ended["ETag"]})

    assert [each.status_code for each in (made, changed, ended, deleted)] == [201, 200, 200, 204]
    assert made["Location"].endswith(f"/api/v1/{path}")
    assert (changed.json()["name"], changed.json()["starts_on"]) == ("第一组", "2020-01-10")
    assert ended.json()["ends_on"] == "2021-01-10"
    assert not MemberGroup.objects.exists()


def test_change_without_a_tag_is_refused(clerk, person):
    answer = clerk.patch(f"{API}/people/{person.pk}/", {"name": "某"}, content_type="application/json")

    assert answer.status_code == 428


@pytest.mark.parametrize("seen", ['"2"', "1", "*", 'W/"1"', "x"])
def test_stale_change_is_refused(clerk, person, seen):
    answer = patch(clerk, f"people/{person.pk}/", {"name": "另一人"}, seen)

    person.refresh_from_db()
    assert (answer.status_code, person.name) == (412, "某人员")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": {"a": 1}}, "name"),
        ({"born_on": "1980-02-30"}, "born_on"),
        ({"sex": "king"}, "sex"),
        ({"id": 7}, "id"),
        ({"name_key": "x"}, "name_key"),
        ({"version": 7}, "version"),
        ({"association_code": "360103"}, "association"),
        ({"association_code": "369999"}, "association"),
    ],
)
def test_field_that_cannot_be_taken_is_named(clerk, person, other_county, body, field):
    answer = patch(clerk, f"people/{person.pk}/", body)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_foreign_and_missing_places_are_refused_alike(clerk, person, other_county):
    foreign = patch(clerk, f"people/{person.pk}/", {"association_code": "360103"})
    missing = patch(clerk, f"people/{person.pk}/", {"association_code": "360104"})

    assert foreign.json() == missing.json()


def test_foreign_and_missing_parents_are_refused_alike(clerk, other_county):
    foreign = factories.person(other_county)
    body = {"association_code": "360102", "joined_on": "2020-01-10", "category": "other"}

    answers = [post(clerk, "memberships/", body | {"person": key}) for key in (foreign.pk, 10**9, "x", None)]

    assert [each.status_code for each in answers] == [400] * 4
    assert len({each.content for each in answers}) == 1
    assert not Membership.objects.exists()


def test_rules_hold_as_on_the_pages(clerk, person):
    body = {"person": person.pk, "association_code": "360102", "joined_on": "2020-01-10", "category": "other"}
    first, again = post(clerk, "memberships/", body), post(clerk, "memberships/", body)

    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["findings"][0]["severity"] == "error"


def test_amount_is_whole_fen_both_ways(client, county):
    user = factories.user((FAMILY, county))
    client.force_login(user)
    family = factories.family(county)
    body = {"family": family.pk, "kind": "money", "on": "2020-03-01", "amount_fen": 12345}

    made = post(client, "family-help/", body)
    refused = post(client, "family-help/", body | {"amount_fen": 123.45})

    assert (made.status_code, made.json()["amount_fen"]) == (201, 12345)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["amount_fen"])


def test_looks_at_families_are_on_record_before_they_are_shown(client, county):
    user = factories.user((FAMILY, county))
    client.force_login(user)
    families = [factories.family(county) for _ in range(2)]

    client.get(f"{API}/families/")
    client.get(f"{API}/families/{families[0].pk}/")

    looks = Look.objects.order_by("pk").values_list("channel", "key")
    assert sorted(looks) == sorted([("api", families[0].pk)] * 2 + [("api", families[1].pk)])


def test_same_key_makes_one_record(clerk, county):
    body = {"association_code": "360102", "name": "某人员", "sex": "female", "ethnicity": "汉族"}
    body |= {"political_status": "none"}

    first = post(clerk, "people/", body, **{"idempotency-key": "a"})
    again = post(clerk, "people/", body, **{"idempotency-key": "a"})
    other = post(clerk, "people/", body | {"name": "另一人"}, **{"idempotency-key": "a"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert first.json() == again.json()
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_with_one_key_make_one_record(office, county):
    body = {"association_code": "360102", "name": "一组", "starts_on": "2020-01-10"}
    client = Client()
    client.force_login(office)
    cookie = client.cookies["sessionid"].value

    def ask(_):
        mine = Client()
        mine.cookies["sessionid"] = cookie
        try:
            return post(mine, "groups/", body, **{"idempotency-key": "a"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(ask, range(40)))

    assert (set(statuses), MemberGroup.objects.count()) == ({201}, 1)


def test_neighbour_reaches_nothing(client, neighbour, person):
    client.force_login(neighbour)

    answers = [
        client.get(f"{API}/people/{person.pk}/"),
        patch(client, f"people/{person.pk}/", {"name": "某"}),
        client.get(f"{API}/people/{person.pk + 1_000_000}/"),
    ]

    assert {each.status_code for each in answers} == {404}
    assert client.get(f"{API}/people/").json()["results"] == []


@pytest.fixture
def here(db, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    return world.build()


@pytest.mark.parametrize("record_type", registered(), ids=lambda each: each.slug)
def test_list_costs_the_same_for_one_row_and_for_all(
    here, record_type, django_assert_num_queries, django_assert_max_num_queries
):
    role = "family" if record_type.is_sensitive else "office"
    client = here.client(role)
    client.get(f"{API}/{record_type.slug}/?page_size=1")

    with django_assert_max_num_queries(15) as few:
        one = client.get(f"{API}/{record_type.slug}/?page_size=1").json()["results"]
    with django_assert_num_queries(len(few)):
        rows = client.get(f"{API}/{record_type.slug}/").json()["results"]

    assert len(one) == 1
    assert len(rows) > 1


def test_family_of_another_county_is_not_made(client, county, other_county):
    client.force_login(factories.user((FAMILY, county)))

    answer = post(
        client,
        "families/",
        {"association_code": "360103", "kind": "hardship", "householder": "某", "starts_on": "2020-01-10"},
    )

    assert (answer.status_code, Family.objects.count()) == (400, 0)


@pytest.mark.parametrize(("role", "told"), [(OFFICE, "某人员作报告"), (LEADER, None)])
def test_agenda_is_for_who_may_see_people(client, county, role, told):
    term = factories.term(county)
    held = Session.objects.create(
        term=term, body="council", number=1, starts_on=DAY, ends_on=DAY, agenda="某人员作报告"
    )
    client.force_login(factories.user((role, county)))

    row = client.get(f"{API}/sessions/{held.pk}/").json()
    page = client.get(f"/records/sessions/{held.pk}/").content.decode()

    assert (row["agenda"], "某人员作报告" in page) == (told, told is not None)


def test_change_leaves_noughts_as_they_are(clerk, county):
    transfer = FunctionTransfer.objects.create(
        association=county,
        function="家庭健康促进",
        department="卫生健康委员会",
        mode="direct",
        extent="whole",
        staff_moved=0,
        money_moved_fen=0,
        document_number="测发〔2020〕1号",
        dated_on=DAY,
        starts_on=DAY,
    )

    answer = patch(clerk, f"function-transfers/{transfer.pk}/", {"note": "补记"})

    row = answer.json()
    assert (answer.status_code, row["note"]) == (200, "补记")
    assert (row["staff_moved"], row["money_moved_fen"]) == (0, 0)


@pytest.fixture
def steward(client, county):
    """Whoever keeps the policy documents of the county."""
    client.force_login(factories.user((ADMINISTRATOR, county), username="steward", association=county))
    return client


@pytest.fixture
def library(settings, tmp_path, county):
    """A document of the county, and its file as bytes."""
    settings.FILES_DIR = tmp_path / "files"
    return factories.policy(county), b"%PDF-1.7 decision"


def upload(client, policy, record="{}", *, name="decision.pdf", part="file", content=b"%PDF-1.7 decision"):
    body = {"record": record, part: SimpleUploadedFile(name, content)}
    data = encode_multipart(BOUNDARY, body)
    return client.patch(
        f"{API}/policies/{policy.pk}/",
        data,
        content_type=MULTIPART_CONTENT,
        headers={"if-match": f'"{policy.version}"'},
    )


def test_file_is_uploaded_beside_the_record_and_read_again(steward, library):
    policy, content = library

    answer = upload(steward, policy, '{"title": "新的名称"}')
    again = steward.get(f"{API}/policies/{policy.pk}/files/file/")

    assert (answer.status_code, answer.json()["title"]) == (200, "新的名称")
    assert b"".join(again.streaming_content) == content
    assert again["Content-Disposition"] == 'attachment; filename="decision.pdf"'


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"part": "portrait"}, 400),
        ({"record": "[1]"}, 400),
        ({"record": "{"}, 400),
        ({"record": '{"colour": "red"}'}, 400),
        ({"name": "decision.exe"}, 409),
        ({"content": b"no PDF"}, 409),
    ],
    ids=str,
)
def test_upload_that_does_not_fit_changes_nothing(steward, library, changed, code):
    policy, _ = library

    answer = upload(steward, policy, **changed)

    policy.refresh_from_db()
    assert (answer.status_code, policy.version, policy.file) == (code, 1, None)


def test_record_without_a_file_has_none_to_read(steward, library):
    policy, _ = library

    statuses = [
        steward.get(f"{API}/policies/{policy.pk}/files/{field}/").status_code for field in ("file", "title")
    ]

    assert statuses == [404, 404]


def test_key_is_forgotten_after_a_week(clerk, county):
    body = {"association_code": county.code, "name": "某组", "starts_on": "2021-01-01"}
    post(clerk, "groups/", body, **{"idempotency-key": "old"})
    post(clerk, "groups/", body | {"name": "另组"}, **{"idempotency-key": "new"})
    KeyedRequest.objects.filter(key="old").update(created_at=now() - timedelta(days=7, seconds=1))

    forget_keys()

    assert list(KeyedRequest.objects.values_list("key", flat=True)) == ["new"]
