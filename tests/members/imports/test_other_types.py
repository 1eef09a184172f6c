from datetime import date

import pytest

from members.models import (
    ContactHousehold,
    Family,
    MemberGroup,
    MemberOrganisation,
    Membership,
    Volunteer,
    VolunteerContract,
)
from portal.accounts.roles import FAMILY
from tests import factories
from tests.records.importing.steps import checked, counts, file_of, id_number, imported, told

CODE = {"协会代码": "360102"}


@pytest.fixture
def carer(county):
    return factories.user((FAMILY, county), association=county)


def group(name, day="2020-01-10"):
    return CODE | {"名称": name, "成立日期": day}


def organisation(**values):
    return CODE | {"团体名称": "某厂", "入会日期": "2020-01-10"} | values


def household(**values):
    return CODE | {"联系会员姓名": "某会员", "身份证号": id_number(1), "户主": "某户主"} | values


def volunteer(**values):
    return CODE | {"姓名": "某人员", "身份证号": id_number(1), "申请日期": "2020-01-10"} | values


def family(**values):
    return CODE | {"户主": "某户主", "家庭类型": "失独", "建档日期": "2020-01-10"} | values


def test_groups_are_found_by_name(office, county):
    MemberGroup.objects.create(association=county, name="一组", starts_on=date(2020, 1, 10))
    MemberGroup.objects.create(association=county, name="二组", starts_on=date(2020, 1, 10))

    rows = [group("一组"), group("二组", "2019-05-01"), group("三组")]
    batch = imported(office, "groups", file_of("groups", rows))

    assert counts(batch) == (1, 1, 1, 0)
    assert list(MemberGroup.objects.order_by("pk").values_list("name", "starts_on", "version")) == [
        ("一组", date(2020, 1, 10), 1),
        ("二组", date(2019, 5, 1), 2),
        ("三组", date(2020, 1, 10), 1),
    ]


def test_group_that_would_end_before_it_begins_is_refused(office, county):
    span = {"starts_on": date(2020, 1, 10), "ends_on": date(2020, 12, 31)}
    MemberGroup.objects.create(association=county, name="一组", **span)

    batch = checked(office, "groups", file_of("groups", [group("一组", "2021-01-01")]))

    assert told(batch) == [(2, "成立日期", "成立日期（2021年1月1日）不能晚于撤销日期（2020年12月31日）")]


def test_organisation_joins_with_its_row(office, county):
    imported(office, "organisations", file_of("organisations", [organisation()]))

    again = imported(office, "organisations", file_of("organisations", [organisation(联系人="某人")]))

    assert counts(again) == (0, 1, 0, 0)
    assert MemberOrganisation.objects.get().contact_name == "某人"
    assert Membership.objects.get().organisation == MemberOrganisation.objects.get()


def test_wrong_credit_code_is_refused(office, county):
    rows = [organisation(统一社会信用代码="91350100M000100Y44")]

    batch = checked(office, "organisations", file_of("organisations", rows))

    assert told(batch) == [
        (2, "统一社会信用代码", "统一社会信用代码的校验码（最后一位）不符，请对照证书检查每一位")
    ]


def test_household_needs_a_member_on_the_roll(office, county):
    member = CODE | {"姓名": "某会员", "身份证号": id_number(1)}
    content = file_of("households", [household(联系起始="2021-01-01", 户主电话="13812345678")])

    nobody = checked(office, "households", content)
    imported(office, "people", file_of("people", [member]))
    outsider = checked(office, "households", content)
    imported(office, "memberships", file_of("memberships", [member | {"入会日期": "2020-01-10"}]))
    kept = imported(office, "households", content)

    assert told(nobody) == [(2, "联系会员姓名", "该协会没有登记这个人员，请核对姓名、身份证号和出生日期")]
    assert told(outsider) == [(2, "联系会员姓名", "该人员不是这个协会的在册会员，请先登记入会")]
    assert counts(kept) == (1, 0, 0, 0)
    assert ContactHousehold.objects.get().phone == "13812345678"


def test_volunteer_comes_with_contract_and_training(office, county):
    rows = [
        volunteer(
            专长="法律援助、心理咨询",
            注册日期="2020-01-20",
            协议起始日期="2020-02-01",
            培训内容="急救",
            结业日期="2020-02-10",
            学时=4.5,
        )
    ]

    first = imported(office, "volunteers", file_of("volunteers", rows))
    again = checked(office, "volunteers", file_of("volunteers", rows))

    made = Volunteer.objects.get()
    assert (counts(first), counts(again)) == ((1, 0, 0, 0), (0, 0, 1, 0))
    assert made.skills == ["counselling", "legal-aid"]
    assert Volunteer.objects.prepared(on=date(2020, 2, 10)).get() == made


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"专长": "做饭"}, ("专长", "应为心理咨询、社会工作、法律援助、生殖健康中的一项或几项，用顿号隔开")),
        (
            {"注册日期": "2020-01-09"},
            ("申请日期", "申请日期（2020年1月10日）不能晚于注册日期（2020年1月9日）"),
        ),
        ({"协议编号": "1号"}, ("协议起始日期", "填写协议时须填协议起始日期")),
        (
            {"协议起始日期": "2020-02-01", "协议截止日期": "2020-01-31"},
            ("协议截止日期", "协议截止日期不能早于起始日期"),
        ),
        ({"学时": 8}, ("培训内容", "培训内容、结业日期和学时须同时填写")),
        ({"学时": 0.4}, ("学时", "应为0.5以上、最多一位小数的数字")),
    ],
)
def test_volunteer_row_that_breaks_a_rule_is_refused(office, county, values, fault):
    batch = checked(office, "volunteers", file_of("volunteers", [volunteer(**values)]))

    assert told(batch) == [(2, *fault)]
    assert VolunteerContract.objects.count() == 0


def test_family_that_left_comes_back_as_a_new_record(carer, county):
    left = factories.family(county, householder="某户主", ends_on=date(2021, 1, 1))
    content = file_of("families", [family(), family(建档日期="2022-01-01", 电话="13812345678")])

    batch = imported(carer, "families", content)
    again = checked(carer, "families", content)

    assert (counts(batch), counts(again)) == ((1, 1, 0, 0), (0, 0, 2, 0))
    assert list(Family.objects.order_by("pk").values_list("pk", "kind", "ends_on")) == [
        (left.pk, "bereaved", date(2021, 1, 1)),
        (Family.objects.latest("pk").pk, "bereaved", None),
    ]


def test_clerk_without_families_cannot_import_them(office, county):
    with pytest.raises(Exception, match="您没有可以导入这类档案的协会"):
        checked(office, "families", file_of("families", [family()]))
