from datetime import date

import pytest

from associations.models import Association
from members import identity
from members.models import Person
from members.person_actions import SAME_NUMBER
from tests import factories

from .test_identity import BORN, number, numbered

NEW = "/records/people/new/"
ENTRIES = {"association": "360102", "name": "某人员", "ethnicity": "汉族", "political_status": "none"}
MALE, FEMALE = number("123"), number("124")
MASKED = f"3{'*' * 17}"
OLD_FORM = MALE[:6] + MALE[8:17]


def entries(**changes):
    return ENTRIES | changes


def edit(client, person, **changes):
    kept = {"sex": person.sex, "born_on": person.born_on or "", "seen": person.version}
    return client.post(f"/records/people/{person.pk}/edit/", entries(**kept) | changes)


def facts(person):
    person.refresh_from_db()
    return identity.masked_id_number(person), person.born_on, person.sex


@pytest.mark.parametrize(
    ("typed", "sex"),
    [
        (MALE, "male"),
        (FEMALE, "female"),
        (OLD_FORM, "male"),
        (f"{MALE[:6]} {MALE[6:14]}-{MALE[14:].lower()}", "male"),
    ],
)
def test_number_fills_birth_date_and_sex(client, office, typed, sex):
    factories.verified(client, office)

    client.post(NEW, entries(id_number=typed))

    mask, born_on, stored = facts(Person.objects.get())
    assert (mask, born_on, stored) == (MASKED, BORN, sex)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, {"sex": ["请选择性别，或填写身份证号"]}),
        ({"id_number": MALE, "sex": "female"}, {"sex": ["与身份证号中的性别“男”不一致，请核对这两项"]}),
        (
            {"id_number": MALE, "born_on": "1990-03-08"},
            {"born_on": ["与身份证号中的出生日期 1990-03-07 不一致，请核对这两项"]},
        ),
        ({"id_number": MALE, "sex": "male", "born_on": "1990-03-07"}, {}),
        (
            {"id_number": f"{MALE[:-1]}{'0' if MALE[-1] != '0' else '1'}", "sex": "male"},
            {"id_number": ["身份证号的校验码（最后一位）不符，请对照证件检查每一位。"]},
        ),
        (
            {"id_number": MALE[:-1], "sex": "male"},
            {"id_number": ["身份证号应为18位（或旧式15位），这里是17位。"]},
        ),
        ({"id_number": "\x00", "sex": "male"}, {"id_number": ["不允许是用空字符串。"]}),
    ],
)
def test_form_says_which_entry_does_not_fit_the_number(client, office, changes, errors):
    factories.verified(client, office)

    response = client.post(NEW, entries(**changes))

    assert (response.context["form"].errors if errors else {}) == errors
    assert Person.objects.count() == (0 if errors else 1)


def test_form_shows_the_stored_number_masked_and_keeps_it_when_empty(client, office, county):
    person = numbered(county, name="某人员")
    factories.verified(client, office)

    page = client.get(f"/records/people/{person.pk}/edit/").content.decode()
    edit(client, person, title="主任")

    person.refresh_from_db()
    assert "已登记 3***" in page
    assert MALE not in page
    assert (person.title, facts(person)[0]) == ("主任", MASKED)


def test_number_is_replaced_and_cleared_on_purpose(client, office, county):
    person = numbered(county, name="某人员")
    factories.verified(client, office)

    edit(client, person, id_number=FEMALE, sex="female")
    replaced = facts(person)
    edit(client, person, clears_id_number="on", born_on="1991-01-01")

    assert replaced == (MASKED, BORN, "female")
    assert facts(person) == ("", date(1991, 1, 1), "female")


def test_number_is_not_replaced_and_cleared_at_once(client, office, county):
    person = numbered(county, name="某人员")
    factories.verified(client, office)

    response = edit(client, person, id_number=FEMALE, clears_id_number="on")

    assert list(response.context["form"].errors) == ["id_number"]


def test_birth_date_may_not_leave_the_stored_number(client, office, county):
    person = numbered(county, name="某人员")
    factories.verified(client, office)

    response = edit(client, person, born_on="1990-03-08")

    assert list(response.context["form"].errors) == ["born_on"]


def test_person_whose_number_no_key_opens_can_still_be_edited(client, office, county, settings):
    person = numbered(county, name="某人员")
    settings.PERSONAL_DATA_KEYS = {"new": b"n" * 32}
    factories.verified(client, office)

    page = client.get(f"/records/people/{person.pk}/edit/").content.decode()
    edit(client, person, title="主任")

    person.refresh_from_db()
    assert ("密钥已更换，无法显示" in page, person.title) == (True, "主任")


def test_number_is_not_taken_with_the_keys_of_another_database(client, office, settings):
    settings.PERSONAL_DATA_SEARCH_KEY = b"x" * 32
    factories.verified(client, office)

    page = client.post(NEW, entries(id_number=MALE, sex="male"))

    said = "系统的密钥与数据库不符，暂不能保存身份证号等加密内容，请联系系统管理员"
    assert (page.context["form"].errors, Person.objects.count()) == ({"id_number": [said]}, 0)


def test_namesakes_of_the_same_birth_are_shown_and_entered_after_a_yes(client, office, county, other_county):
    factories.person(county, name="某人员", born_on=BORN, phone="13812345678")
    factories.person(other_county, name="某人员", born_on=BORN)
    numbered(other_county, name="邻县同号者")
    factories.verified(client, office)

    asked = client.post(NEW, entries(id_number=MALE))
    client.post(NEW, entries(id_number=MALE, is_another="on"))

    field = asked.context["form"].fields["is_another"]
    assert [(each.name, each.phone) for each in field.people] == [("某人员", "138****5678")]
    assert "邻县同号者" not in asked.content.decode()
    assert Person.objects.filter(association=county).count() == 2


@pytest.mark.parametrize("place", ["360102", "360102001", "360103"])
def test_equal_number_in_reach_is_one_person_whatever_is_ticked(
    client, verifier, county, other_county, place
):
    there = Association.objects.filter(code=place).first() or factories.association(place)
    same = numbered(there, name="某人员", phone="13812345678")
    factories.verified(client, verifier)

    asked = [client.post(NEW, entries(id_number=MALE, **tick)) for tick in ({}, {"is_another": "on"})]

    forms = [response.context["form"] for response in asked]
    assert [form.errors for form in forms] == [{"id_number": [SAME_NUMBER]}] * 2
    assert [[each.key for each in form.fields["same_number"].people] for form in forms] == [[same.pk]] * 2
    assert ["is_another" in form.fields for form in forms] == [False, False]
    assert Person.objects.count() == 1


def test_history_and_conflict_page_do_not_tell_the_stored_number(client, office, county):
    person = numbered(county, name="某人员")
    factories.verified(client, office)
    edit(client, person, title="主任")

    pages = [
        client.get(f"/records/people/{person.pk}/history/"),
        client.get(f"/records/people/{person.pk}/"),
        edit(client, person, title="副主任"),
    ]

    person.refresh_from_db()
    edit_again = edit(client, person, seen=1)
    texts = [page.content.decode() for page in (*pages, edit_again)]
    assert edit_again.status_code == 409
    assert [MALE in text or person.id_number_hash in text for text in texts] == [False] * 4
