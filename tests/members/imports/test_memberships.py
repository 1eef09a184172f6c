from datetime import date

import pytest

from members.models import Membership, Person
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
    assert batch.errors_file.name == "会员-错误.xlsx"
    assert Person.objects.count() == 0


def test_sound_file_is_written_once_and_changes_nothing_again(office, village):
    content = file_of("memberships", [row(number) for number in range(20)])

    first, second = imported(office, "memberships", content), checked(office, "memberships", content)

    assert (first.state, counts(first)) == ("done", (20, 0, 0, 0))
    assert (second.state, counts(second)) == ("ready", (0, 0, 20, 0))
    assert Membership.objects.filter(association=village, joined_on=JOINED).count() == 20
