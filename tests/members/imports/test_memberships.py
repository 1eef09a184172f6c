import random
from datetime import date

import pytest

from members.identity import set_id_number
from members.models import MemberGroup, Membership, Person
from tests import factories
from tests.records.importing.steps import checked, counts, file_of, id_number, imported, told

JOINED = date(2021, 5, 29)


@pytest.fixture
def village(county):
    factories.association("360102001", short_name="某街道")
    return factories.association("360102001001", short_name="某社区")


def row(number, **values):
    """A row of a member whose ID number says the rest."""
    return {
        "协会代码": "360102001001",
        "姓名": f"会员{number}",
        "身份证号": id_number(number),
        "会员类别": "村民代表",
        "入会日期": "2021-05-29",
    } | values


def test_file_of_twenty_rows_with_three_wrong_ones(office, village):
    rows = [row(number) for number in range(20)]
    rows[4]["身份证号"] = id_number(4)[:-1] + ("0" if id_number(4)[-1] != "0" else "1")
    rows[9]["协会代码"] = "310107"
    rows[14]["会员类别"] = "老乡"

    batch = checked(office, "memberships", file_of("memberships", rows))

    assert (batch.state, counts(batch)) == ("invalid", (17, 0, 0, 3))
    assert told(batch) == [
        (6, "身份证号", "身份证号的校验码（最后一位）不符，请对照证件检查每一位"),
        (11, "协会代码", "没有这个协会，或不在您的管理范围内"),
        (
            16,
            "会员类别",
            "应为“育龄群众”、“五老”、“企业家代表”、“村民代表”、“致富能人”、“医务人员”、“教师”、“流动人口”、“其他”之一，这里是“老乡”",
        ),
    ]
    assert batch.errors_name == "会员-错误.xlsx"
    assert Person.objects.count() == 0


def test_sound_file_is_written_once_and_changes_nothing_again(office, village):
    content = file_of("memberships", [row(number) for number in range(20)])

    first, second = imported(office, "memberships", content), checked(office, "memberships", content)

    assert (first.state, counts(first)) == ("done", (20, 0, 0, 0))
    assert (second.state, counts(second)) == ("ready", (0, 0, 20, 0))
    assert Membership.objects.filter(association=village, joined_on=JOINED).count() == 20


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"身份证号": id_number(1, "20030530")}, ("入会日期", "个人会员入会时须满18周岁")),
        (
            {"会员小组": "二组"},
            ("会员小组", "该协会没有名为“二组”的会员小组，请先登记小组或改正名称"),
        ),
        ({"会员小组": "旧组"}, ("会员小组", "该会员小组已于2021年6月30日撤销，请选择其他小组")),
        ({"入会日期": "29.5.2021"}, None),
        ({"身份证号": id_number(1, "20030529")}, None),
    ],
)
def test_rules_of_joining_hold_for_every_row(office, village, other_county, values, fault):
    MemberGroup.objects.create(association=village, name="一组", starts_on=JOINED)
    MemberGroup.objects.create(association=other_county, name="二组", starts_on=JOINED)
    MemberGroup.objects.create(association=village, name="旧组", starts_on=JOINED, ends_on=date(2021, 6, 30))

    batch = checked(office, "memberships", file_of("memberships", [row(1, **values)]))

    if fault:
        assert told(batch) == [(2, *fault)]
    elif "入会日期" in values:
        assert [header for _, header, _ in told(batch)] == ["入会日期"]
    else:
        assert counts(batch) == (1, 0, 0, 0)


def test_member_who_left_stays_out_with_the_old_list_and_joins_again_with_a_new_one(office, village):
    imported(office, "memberships", file_of("memberships", [row(1)]))
    Membership.objects.update(left_on=date(2022, 1, 1), leave_reason="moved")

    old = checked(office, "memberships", file_of("memberships", [row(1)]))
    early = checked(office, "memberships", file_of("memberships", [row(1, 入会日期="2022-01-01")]))
    new = imported(office, "memberships", file_of("memberships", [row(1, 入会日期="2022-01-02")]))

    assert counts(old) == (0, 0, 1, 0)
    assert told(early) == [(2, "入会日期", "入会日期须在上次退会（2022年1月1日）之后")]
    assert counts(new) == (1, 0, 0, 0)
    assert list(Membership.objects.order_by("pk").values_list("joined_on", "left_on")) == [
        (JOINED, date(2022, 1, 1)),
        (date(2022, 1, 2), None),
    ]


def test_row_corrects_the_open_membership(office, village):
    group = MemberGroup.objects.create(association=village, name="一组", starts_on=JOINED)
    imported(office, "memberships", file_of("memberships", [row(1)]))
    corrected = row(1, 会员小组="一组", 骨干会员="是", 入会日期="2020-05-29")

    batch = imported(office, "memberships", file_of("memberships", [corrected]))

    assert counts(batch) == (0, 1, 0, 0)
    assert list(Membership.objects.values_list("group", "is_key_member", "joined_on", "version")) == [
        (group.pk, True, date(2020, 5, 29), 2)
    ]


def test_files_of_any_mixture_change_nothing_the_second_time(office, county, village):
    chance = random.Random(5)
    for _ in range(5):
        rows = [any_row(chance, number) for number in range(60)]
        content = file_of("memberships", rows)
        first = imported(office, "memberships", content)

        second = checked(office, "memberships", content)

        assert (first.standing, told(first)) == ("已完成", [])
        assert counts(second) == (0, 0, 60, 0)


def any_row(chance, number):
    """A row of one of a thousand people, with or without a number, at the county or in the village."""
    born = f"19{chance.randrange(50, 90)}0307"
    values = row(number, 姓名=f"会员{number}", 协会代码=chance.choice(("360102", "360102001001")))
    if chance.random() < 0.5:
        return values | {"身份证号": id_number(number, born)}
    phone = chance.choice((None, f"138{number:08d}"))
    given = {"性别": "男" if number % 2 else "女", "出生日期": f"{born[:4]}-03-07"}
    return values | given | {"身份证号": None, "电话": phone, "学历": "大专"}


def test_member_whose_number_is_on_record_elsewhere_in_the_reach_stays_one_person(office, village):
    sibling = factories.association("360102002")
    person = Person(association=sibling, name="会员1", name_key="hy1")
    set_id_number(person, id_number(1), on=JOINED)
    person.save()

    batch = imported(office, "memberships", file_of("memberships", [row(1)]))

    (membership,) = Membership.objects.all()
    assert (batch.standing, membership.person, membership.association) == ("已完成", person, village)
    assert Person.objects.count() == 1
