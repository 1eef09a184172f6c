from datetime import date

import pytest

from members.models import Person
from tests import factories

from .conftest import TYPES

PEOPLE = TYPES["people"]
NEW = PEOPLE.url("create")
ENTRIES = {
    "people": {
        "association": "360102",
        "name": "新名",
        "sex": "male",
        "ethnicity": "汉族",
        "political_status": "none",
    },
    "terms": {"number": "6", "congress_on": "2020-01-10"},
    "sessions": {"place": "新会议室", "expected_count": "30", "attended_count": "28"},
}
# What each form writes in the record, seen from outside.
WRITTEN = {
    "people": ("name", "新名"),
    "terms": ("number", 6),
    "sessions": ("place", "新会议室"),
}


def entries(record_type, **changes):
    return ENTRIES[record_type.slug] | {"seen": "1"} | changes


def stored(record, record_type):
    record.refresh_from_db()
    return getattr(record, WRITTEN[record_type.slug][0]), record.version


@pytest.mark.parametrize("view", ["detail", "edit", "history"])
@pytest.mark.parametrize("who", ["neighbour", "outsider"])
def test_record_elsewhere_looks_as_if_it_were_missing(client, request, record_type, record, who, view):
    client.force_login(request.getfixturevalue(who))

    forbidden = client.get(record_type.url(view, record.pk))
    missing = client.get(record_type.url(view, 10**12))

    assert (forbidden.status_code, missing.status_code) == (404, 404)
    assert forbidden.content.replace(f"/{record.pk}/".encode(), b"") == missing.content.replace(
        f"/{10**12}/".encode(), b""
    )


@pytest.mark.parametrize(
    ("who", "detail", "edit"), [("office", 200, 200), ("verifier", 200, 200), ("leader", 200, 404)]
)
def test_terms_and_sessions_are_read_by_leaders_and_edited_by_offices(
    client, request, record_type, record, who, detail, edit
):
    if record_type is PEOPLE and who == "leader":
        detail = 404
    client.force_login(request.getfixturevalue(who))

    pages = [client.get(record_type.url(page, record.pk)).status_code for page in ("detail", "edit")]

    assert pages == [detail, edit]


def test_edit_saves_what_was_typed(client, office, record_type, record):
    client.force_login(office)

    response = client.post(record_type.url("edit", record.pk), entries(record_type))

    assert response.status_code == 302
    assert stored(record, record_type) == (WRITTEN[record_type.slug][1], 2)


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
def test_edit_by_others_changes_nothing(client, request, record_type, record, who):
    before = stored(record, record_type)
    client.force_login(request.getfixturevalue(who))

    response = client.post(record_type.url("edit", record.pk), entries(record_type))

    assert (response.status_code, stored(record, record_type)) == (404, before)


@pytest.mark.parametrize("seen", ["", "x", "9" * 30])
def test_edit_without_a_version_changes_nothing(client, office, record_type, record, seen):
    before = stored(record, record_type)
    client.force_login(office)

    response = client.post(record_type.url("edit", record.pk), entries(record_type, seen=seen))

    assert (response.status_code in (200, 409), stored(record, record_type)) == (True, before)


def test_stale_edit_shows_both_versions_and_may_be_sent_again(client, office, verifier, county):
    person = factories.person(county, name="原名", workplace="原单位")
    client.force_login(verifier)
    client.post(PEOPLE.url("edit", person.pk), entries(PEOPLE, name="先存", workplace="先存单位"))
    client.force_login(office)

    refused = client.post(PEOPLE.url("edit", person.pk), entries(PEOPLE, name="后存", workplace="后存单位"))
    shown = {row.label: (row.saved, row.yours) for row in refused.context["versions"] if row.differs}
    between = stored(person, PEOPLE)
    client.post(PEOPLE.url("edit", person.pk), dict(refused.context["kept"]))

    assert refused.status_code == 409
    assert shown == {"姓名": ("先存", "后存"), "工作单位": ("先存单位", "后存单位")}
    assert refused.context["saved_by"] == "南昌市"
    assert (between, stored(person, PEOPLE)) == (("先存", 2), ("后存", 3))


def test_create_registers_a_person_with_pinyin(client, office, county):
    client.force_login(office)

    response = client.post(NEW, entries(PEOPLE, name="某人"))

    person = Person.objects.get()
    assert (response.status_code, response.url) == (
        302,
        f"{PEOPLE.url('detail', person.pk)}?saved=people-new",
    )
    assert (person.association, person.name, person.name_key, person.version) == (county, "某人", "mr", 1)


@pytest.mark.parametrize("code", ["360103", "3601", "990102", "", "360102' OR 1=1"])
def test_foreign_association_is_refused_like_a_missing_one(client, office, county, other_county, code):
    person = factories.person(county)
    client.force_login(office)

    created = client.post(NEW, entries(PEOPLE, association=code))
    moved = client.post(PEOPLE.url("edit", person.pk), entries(PEOPLE, association=code))

    message = ["没有这个协会，或不在您的管理范围内"] if code else ["请填写这一项。"]
    assert [page.context["form"].errors for page in (created, moved)] == [{"association": message}] * 2
    assert (Person.objects.count(), stored(person, PEOPLE)) == (1, (person.name, 1))


@pytest.mark.parametrize(
    ("slug", "field", "value"),
    [
        ("people", "name", ""),
        ("people", "sex", "other"),
        ("people", "born_on", "2020-02-30"),
        ("terms", "number", "x"),
        ("terms", "congress_on", ""),
        ("sessions", "attended_count", "31"),
    ],
)
def test_edit_says_what_is_wrong(client, office, record_type, record, field, value):
    before = stored(record, record_type)
    client.force_login(office)

    response = client.post(record_type.url("edit", record.pk), entries(record_type, **{field: value}))

    where = "__all__" if field == "attended_count" else field
    assert (response.status_code, list(response.context["form"].errors)) == (200, [where])
    assert stored(record, record_type) == before


def test_term_with_the_number_of_another_is_refused(client, office, county):
    term = factories.term(county, ends_on=date(2025, 1, 9))
    factories.term(county, number=6, congress_on=date(2025, 1, 10), starts_on=date(2025, 1, 10))
    client.force_login(office)

    response = client.post(TYPES["terms"].url("edit", term.pk), entries(TYPES["terms"]))

    assert response.context["form"].errors == {"__all__": ["该届次已经登记"]}


@pytest.mark.parametrize("view", ["detail", "edit", "history"])
def test_pages_of_a_record_ask_few_queries(
    client, office, record_type, record, view, django_assert_max_num_queries
):
    client.force_login(office)

    with django_assert_max_num_queries(15):
        assert client.get(record_type.url(view, record.pk)).status_code == 200
