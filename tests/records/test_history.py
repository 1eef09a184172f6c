import pytest

from members.models import Person
from tests import factories

from .conftest import TYPES
from .test_editing import WRITTEN, entries, stored

PEOPLE = TYPES["people"]


@pytest.fixture
def edited(client, office, record_type, record):
    client.force_login(office)
    client.post(record_type.url("edit", record.pk), entries(record_type))
    return record


def changes(client, record_type, record):
    return client.get(record_type.url("history", record.pk)).context["changes"]


def restore_url(record_type, record):
    return record_type.url("restore", record.pk, record.events.earliest("pgh_id").pk)


def test_history_says_who_changed_what(client, edited, record_type):
    newest, first = changes(client, record_type, edited)

    assert (newest[0].who, newest[0].what, newest[0].differs_now, newest[1]) == ("office", "修改", False, "")
    assert (first[0].who, first[0].what, first[0].differs_now) == ("系统", "新增", True)
    assert first[1] == restore_url(record_type, edited)
    written = {each.label: each.after for each in newest[0].differences}
    field, value = WRITTEN[record_type.slug]
    assert written[str(edited._meta.get_field(field).verbose_name)] == str(value)


def test_restore_says_what_it_takes_back(client, office, county):
    person = factories.person(county, name="原名", workplace="原单位")
    client.force_login(office)
    client.post(PEOPLE.url("edit", person.pk), entries(PEOPLE, sex="female"))

    page = client.get(restore_url(PEOPLE, person))

    assert page.context["consequences"] == ["姓名：“新名”改回“原名”", "工作单位：“空”改回“原单位”"]


def test_restore_brings_the_older_version_back_and_is_on_record(client, edited, record_type):
    older = edited.events.earliest("pgh_id")
    field, _ = WRITTEN[record_type.slug]

    response = client.post(restore_url(record_type, edited), {"seen": "2"})

    assert response.url == record_type.url("history", edited.pk)
    assert stored(edited, record_type) == (getattr(older, field), 3)
    newest, _ = changes(client, record_type, edited)[0]
    assert newest.purpose.startswith("恢复 ")


def test_restore_takes_the_pinyin_back_too(client, office, county):
    person = factories.person(county, name="原名", name_key="ym")
    client.force_login(office)
    client.post(PEOPLE.url("edit", person.pk), entries(PEOPLE))

    client.post(restore_url(PEOPLE, person), {"seen": "2"})

    person.refresh_from_db()
    assert (person.name, person.name_key) == ("原名", "ym")


@pytest.mark.parametrize("seen", ["1", "", "x"])
def test_stale_restore_changes_nothing(client, edited, record_type, seen):
    before = stored(edited, record_type)

    client.post(restore_url(record_type, edited), {"seen": seen})

    assert stored(edited, record_type) == before


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
def test_restore_by_others_is_missing(client, request, edited, record_type, who):
    before = stored(edited, record_type)
    client.force_login(request.getfixturevalue(who))

    response = client.post(restore_url(record_type, edited), {"seen": "2"})

    assert (response.status_code, stored(edited, record_type)) == (404, before)


def test_version_of_another_record_is_missing(client, office, county):
    person, other = factories.person(county), factories.person(county)
    client.force_login(office)

    response = client.get(PEOPLE.url("restore", person.pk, other.events.get().pk))

    assert response.status_code == 404


def test_restore_into_an_association_out_of_reach_is_refused(client, office, verifier, county, other_county):
    person = factories.person(other_county, name="原名")
    client.force_login(verifier)
    client.post(PEOPLE.url("edit", person.pk), entries(PEOPLE, association="360102"))
    client.force_login(office)

    shown = client.get(PEOPLE.url("history", person.pk))
    client.post(restore_url(PEOPLE, person), {"seen": "2"})

    person.refresh_from_db()
    assert (person.association, person.name) == (county, "新名")
    assert "西湖区" not in shown.content.decode()


def test_history_masks_telephones_and_still_tells_them_apart(client, office, county):
    person = factories.person(county, name="新名", sex="male", phone="13800005678")
    client.force_login(office)
    client.post(PEOPLE.url("edit", person.pk), entries(PEOPLE, phone="13811115678"))

    (newest, _), _ = changes(client, PEOPLE, person)

    assert [(each.label, each.before, each.after) for each in newest.differences] == [
        ("电话", "138****5678", "138****5678")
    ]


def test_first_fields_of_a_record_are_in_its_history(client, office, county):
    person = factories.person(county, name="原名", workplace="原单位")
    client.force_login(office)

    ((change, restore),) = changes(client, PEOPLE, person)

    assert restore == ""
    assert {each.label: (each.before, each.after) for each in change.differences} == {
        "登记协会": ("", "东湖区计划生育协会"),
        "姓名": ("", "原名"),
        "性别": ("", "女"),
        "民族": ("", "汉族"),
        "政治面貌": ("", "群众"),
        "工作单位": ("", "原单位"),
    }


def test_history_names_people_of_ones_own_offices_and_of_others_the_office(client, office, verifier, county):
    person = factories.person(county, name="原名")
    for who, name in ((office, "新名"), (verifier, "又名")):
        client.force_login(who)
        seen = Person.objects.get(pk=person.pk).version
        client.post(PEOPLE.url("edit", person.pk), entries(PEOPLE, name=name, seen=seen))

    told = {}
    for who in (office, verifier):
        client.force_login(who)
        told[who.username] = [change.who for change, _ in changes(client, PEOPLE, person)[:2]]

    assert told == {"office": ["南昌市", "office"], "verifier": ["verifier", "office"]}
