from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.identity import set_id_number
from members.imports.people import DIFFERS
from members.models import Person
from members.models.person import NUMBER_TAKEN
from portal.accounts.roles import OFFICE
from tests import factories
from tests.records.importing.steps import checked, counts, file_of, id_number, imported, told

BORN = date(1985, 3, 7)
NO_PLACE = ("协会代码", "没有这个协会，或不在您的管理范围内")


def row(**values):
    return {"协会代码": "360102", "姓名": "某人员"} | values


def numbered(place, name, serial):
    person = Person(association=place, name=name)
    set_id_number(person, id_number(serial), on=date(2026, 1, 1))
    person.save()
    return person


def test_number_fills_in_birth_date_and_sex(office, county):
    imported(office, "people", file_of("people", [row(身份证号=id_number(1)), row(身份证号=id_number(2))]))

    found = Person.objects.order_by("sex").values_list("sex", "born_on", "name_key", "ethnicity")
    assert list(found) == [("female", BORN, "mry", "汉族"), ("male", BORN, "mry", "汉族")]


def test_old_number_of_fifteen_digits_is_completed(office, county):
    known = numbered(county, "某人员", 1)
    old = id_number(1)[:6] + id_number(1)[8:17]

    batch = checked(office, "people", file_of("people", [row(身份证号=old)]))

    assert (known.id_number_hash is not None, counts(batch)) == (True, (0, 0, 1, 0))


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"身份证号": id_number(1), "性别": "女"}, ("性别", "与身份证号不一致，请对照证件检查")),
        (
            {"身份证号": id_number(1), "出生日期": "1985-03-08"},
            ("出生日期", "与身份证号不一致，请对照证件检查"),
        ),
        (
            {"身份证号": 360102198503070171},
            (
                "身份证号",
                "身份证号应为文本，这里是数字：表格软件只保留15位数字，末几位已经丢失。请把该列设为文本格式后重新填写",
            ),
        ),
        ({"性别": "女"}, ("出生日期", "没有身份证号时，须填出生日期")),
        ({"出生日期": "1985-03-07"}, ("性别", "没有身份证号时，须填性别")),
        ({"身份证号": id_number(1), "民族": "甲" * 21}, ("民族", "应不超过20个字，这里有21个")),
        (
            {"身份证号": id_number(1), "协会代码": "360103"},
            ("协会代码", "没有这个协会，或不在您的管理范围内"),
        ),
        (
            {"身份证号": id_number(1), "协会代码": "999999"},
            ("协会代码", "没有这个协会，或不在您的管理范围内"),
        ),
    ],
)
def test_wrong_cell_is_told_with_what_was_expected(office, county, other_county, values, fault):
    batch = checked(office, "people", file_of("people", [row(**values)]))

    assert told(batch) == [(2, *fault)]


def test_person_is_found_by_number_and_changed_where_the_row_says_more(office, county):
    known = numbered(county, "某人员", 1)
    Person.objects.update(phone="13900000000", workplace="某厂")

    batch = imported(office, "people", file_of("people", [row(身份证号=id_number(1), 电话=13812345678)]))

    known.refresh_from_db()
    assert counts(batch) == (0, 1, 0, 0)
    assert (known.phone, known.workplace, known.version) == ("13812345678", "某厂", 2)


def test_number_of_somebody_of_another_name_is_refused(office, county):
    numbered(county, "某甲", 1)

    batch = checked(office, "people", file_of("people", [row(身份证号=id_number(1))]))

    assert told(batch) == [(2, "姓名", DIFFERS)]


def test_person_of_an_office_above_is_the_same_person(office, county):
    village = factories.association("360102001")
    known = numbered(county, "某人员", 1)
    content = file_of("people", [row(协会代码=village.code, 身份证号=id_number(1))])

    batch = checked(office, "people", content)

    assert (counts(batch), known.association_id) == ((0, 0, 1, 0), county.pk)


def test_number_on_record_elsewhere_in_the_reach_is_refused_without_a_name(office, county):
    sibling = factories.association("360102002")
    numbered(sibling, "某人员", 1)

    batch = checked(office, "people", file_of("people", [row(身份证号=id_number(1))]))

    assert told(batch) == [(2, "协会代码", DIFFERS)]


def test_number_of_one_file_makes_one_person_wherever_its_rows_put_them(office, county):
    village = factories.association("360102001")
    rows = [row(身份证号=id_number(1)), row(协会代码=village.code, 身份证号=id_number(1))]

    batch = checked(office, "people", file_of("people", rows))

    assert told(batch) == [(3, "姓名", "该人员与第2行重复，请只保留一行")]


def test_number_of_the_county_beyond_the_reach_stops_the_file_without_a_name(county):
    township, sibling = factories.association("360102001"), factories.association("360102002")
    below = factories.user((OFFICE, township), association=township)
    numbered(sibling, "某甲", 1)
    content = file_of("people", [row(协会代码=township.code, 身份证号=id_number(1))])

    batch = imported(below, "people", content)

    assert (batch.standing, batch.job.message) == ("失败", NUMBER_TAKEN)
    assert Person.objects.count() == 1


def test_person_of_a_county_out_of_reach_is_not_found(office, county, other_county):
    numbered(other_county, "某甲", 1)

    batch = imported(office, "people", file_of("people", [row(身份证号=id_number(1))]))

    assert counts(batch) == (1, 0, 0, 0)
    assert Person.objects.filter(association=county, name="某人员").count() == 1


def test_namesakes_of_one_day_are_told_apart_by_phone_or_not_at_all(office, county):
    for phone in ("13800000001", "13800000002"):
        factories.person(county, name="某人员", born_on=BORN, phone=phone)
    given = {"性别": "女", "出生日期": "1985-03-07"}

    told_apart = checked(office, "people", file_of("people", [row(**given, 电话="13800000002")]))
    unclear = checked(office, "people", file_of("people", [row(**given)]))

    assert counts(told_apart) == (0, 0, 1, 0)
    assert told(unclear) == [(2, "姓名", "该协会有多名同名、同出生日期的人员，请填写身份证号")]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row(身份证号=id_number(1)), row(身份证号=id_number(1))], "该人员与第2行重复，请只保留一行"),
        (
            [row(身份证号=id_number(2)), row(性别="女", 出生日期="1985-03-07")],
            "与第2行姓名、出生日期相同，请只保留一行，或都填写身份证号",
        ),
    ],
)
def test_second_row_about_one_person_is_refused(office, county, rows, message):
    batch = checked(office, "people", file_of("people", rows))

    assert told(batch) == [(3, "姓名", message)]


def test_rows_with_two_numbers_are_two_people(office, county):
    rows = [row(身份证号=id_number(1)), row(身份证号=id_number(3))]

    batch = imported(office, "people", file_of("people", rows))

    assert counts(batch) == (2, 0, 0, 0)


def test_rows_are_judged_by_the_same_number_of_statements(office, county):
    def statements(count):
        rows = [row(姓名=f"人员{serial}", 身份证号=id_number(serial)) for serial in range(count)]
        with CaptureQueriesContext(connection) as captured:
            batch = checked(office, "people", file_of("people", rows))
        assert counts(batch) == (count, 0, 0, 0)
        return len(captured)

    statements(1)

    assert statements(1) == statements(30)
