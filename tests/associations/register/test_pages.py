from datetime import date

import pytest
from django.urls import reverse

from associations.models import Association
from portal.accounts.roles import ADMINISTRATOR, OFFICE
from tests import factories


@pytest.fixture
def register(county, other_county):
    """A county with a township established, one missing, and a unit; and a neighbour with one of its own."""
    factories.association("360102001", name="公园街道计划生育协会", short_name="公园街道", name_key="gyjd")
    factories.association(
        "360102002",
        name="滕王阁街道计划生育协会",
        short_name="滕王阁街道",
        name_key="twgjd",
        established_on=None,
    )
    factories.association("360102-0001", name="甲厂计划生育协会", short_name="甲厂", name_key="jc")
    factories.association("360103001", name="西湖街道计划生育协会", short_name="西湖街道", name_key="xhjd")
    return county


def codes(response):
    return [row.association.code for row in response.context["rows"]]


def get(client, name, *args, **query):
    return client.get(reverse(f"associations:{name}", args=args), query)


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("office", ["360102", "360102-0001", "360102001", "360102002"]),
        ("leader", ["360102", "360102-0001", "360102001", "360102002"]),
        ("neighbour", ["360103", "360103001"]),
        ("outsider", []),
    ],
)
def test_list_shows_the_subtree_of_each(client, request, register, who, shown):
    client.force_login(request.getfixturevalue(who))

    assert codes(get(client, "list")) == shown


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"level": 4}, ["360102001", "360102002"]),
        ({"kind": "enterprise"}, ["360102-0001"]),
        ({"state": "established"}, ["360102", "360102-0001", "360102001"]),
        ({"state": "missing"}, ["360102002"]),
        ({"state": "due", "kind": "division"}, ["360102", "360102001", "360102002"]),
        ({"state": "missing", "on": "1999-12-31"}, ["360102", "360102-0001", "360102001", "360102002"]),
        ({"q": "滕王阁"}, ["360102002"]),
        ({"q": "gyj"}, ["360102001"]),
        ({"q": "360102001"}, ["360102001"]),
        ({"under": "360102001"}, ["360102001"]),
        ({"under": "360103"}, []),
        ({"q": "西湖"}, []),
    ],
)
def test_list_keeps_what_the_filters_ask_for(client, office, register, query, shown):
    client.force_login(office)

    assert codes(get(client, "list", **query)) == shown


def test_list_pages_by_code_both_ways(client, office, county):
    for number in range(1, 121):
        factories.association(f"360102{number:03d}")
    client.force_login(office)

    first = get(client, "list")
    second = client.get(reverse("associations:list") + first.context["next_url"])
    third = client.get(reverse("associations:list") + second.context["next_url"])
    back = client.get(reverse("associations:list") + third.context["previous_url"])

    assert (codes(first)[0], codes(first)[-1], first.context["previous_url"]) == ("360102", "360102049", "")
    assert (codes(second)[0], codes(second)[-1]) == ("360102050", "360102099")
    assert (codes(third)[0], codes(third)[-1], third.context["next_url"]) == ("360102100", "360102120", "")
    assert codes(back) == codes(second)
    assert first.context["count"] == "共 121 个"


@pytest.mark.parametrize("place", ["x", "360102' OR 1=1"])
def test_list_refuses_a_place_that_is_none(client, office, place):
    client.force_login(office)

    assert get(client, "list", after=place).status_code == 400


@pytest.mark.parametrize("more", [0, 2])
def test_list_asks_the_same_queries_for_one_row_and_for_three(
    client, office, county, more, django_assert_num_queries
):
    for number in range(more):
        factories.association(f"36010200{number}")
    client.force_login(office)

    with django_assert_num_queries(10):
        response = get(client, "list")

    assert len(codes(response)) == 1 + more


@pytest.mark.parametrize(("who", "status"), [("office", 200), ("leader", 200), ("verifier", 200)])
def test_detail_is_open_to_the_subtree_and_above(client, request, register, who, status):
    client.force_login(request.getfixturevalue(who))

    assert get(client, "detail", "360102").status_code == status


@pytest.mark.parametrize("who", ["neighbour", "outsider"])
def test_detail_elsewhere_looks_as_if_it_were_missing(client, request, register, who):
    client.force_login(request.getfixturevalue(who))

    forbidden, missing = get(client, "detail", "360102"), get(client, "detail", "990102")

    assert (forbidden.status_code, missing.status_code) == (404, 404)
    assert forbidden.content.replace(b"360102", b"") == missing.content.replace(b"990102", b"")


def test_detail_counts_what_lies_below_on_the_day(client, office, register):
    client.force_login(office)

    now, before = get(client, "detail", "360102"), get(client, "detail", "360102", on="1999-12-31")

    assert [(row.level, row.coverage.due, row.coverage.established) for row in now.context["below"]] == [
        (4, 2, 1)
    ]
    assert [(row.level, row.coverage.due, row.coverage.established) for row in before.context["below"]] == [
        (4, 2, 0)
    ]
    assert (now.context["units"], before.context["units"]) == ([("enterprise", 1)], [])


def test_detail_of_a_unit_lists_nothing_below_it(client, office, register):
    client.force_login(office)

    page = get(client, "detail", "360102-0001")

    assert (page.context["below"], page.context["units"], "下级协会" in page.content.decode()) == (
        [],
        [],
        False,
    )


def test_detail_of_a_day_that_is_none_is_refused(client, office, register):
    client.force_login(office)

    assert get(client, "detail", "360102", on="2024-02-30").status_code == 400


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        ("office", ["修改", "登记撤销", "新建单位协会"]),
        ("verifier", ["修改", "登记撤销", "新建单位协会", "更名", "变更代码", "合并", "析出"]),
        ("leader", []),
    ],
)
def test_detail_offers_what_each_may_do(client, request, register, who, labels):
    client.force_login(request.getfixturevalue(who))

    context = get(client, "detail", "360102").context

    assert [action.label for action in (*context["actions"], *context["changes"])] == labels


CHANGES = ["establish", "dissolve", "found_unit", "rename", "recode", "merge", "split"]


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
@pytest.mark.parametrize("change", CHANGES)
def test_changes_are_closed_to_those_who_edit_nothing_there(client, request, register, who, change):
    client.force_login(request.getfixturevalue(who))

    statuses = [
        get(client, change, "360102").status_code,
        client.post(reverse(f"associations:{change}", args=["360102"])).status_code,
    ]

    assert statuses == [404, 404]


@pytest.mark.parametrize("change", ["rename", "recode", "merge", "split"])
def test_changes_of_the_tree_are_closed_to_the_association_itself(client, office, register, change):
    client.force_login(office)

    assert get(client, change, "360102").status_code == 404
    assert get(client, change, "360102001").status_code == 200


def test_administrator_changes_no_records(client, register):
    client.force_login(factories.user((ADMINISTRATOR, register), username="admin"))

    assert [get(client, change, "360102").status_code for change in CHANGES] == [404] * len(CHANGES)


def test_establish_page_saves_and_leads_to_the_detail(client, office, register):
    client.force_login(office)

    response = client.post(
        reverse("associations:establish", args=["360102002"]), {"on": "2020-05-29", "seen": 1}
    )

    assert (response.status_code, response["Location"]) == (302, "/associations/360102002/")
    assert Association.objects.get(code="360102002").established_on == date(2020, 5, 29)


def test_establish_page_of_what_exists_says_since_when_and_offers_no_form(client, office, register):
    client.force_login(office)

    page = client.post(reverse("associations:establish", args=["360102001"]), {"on": "2021-03-04", "seen": 1})

    text = page.content.decode()
    assert "该协会已于2000年1月1日成立，不需再办理。</strong>您填写的内容没有保存" in text
    assert 'name="on"' not in text
    assert Association.objects.get(code="360102001").established_on == date(2000, 1, 1)


@pytest.mark.parametrize("query", [{"region": "36"}, {"level": "9"}, {"state": "gone"}])
def test_list_refuses_filters_that_are_none(client, office, query):
    client.force_login(office)

    page = get(client, "list", **query)

    assert (page.status_code, "请用页面上的筛选重新查询" in page.content.decode()) == (400, True)


def test_establish_page_says_what_is_wrong_beside_the_field(client, office, register):
    client.force_login(office)

    response = client.post(
        reverse("associations:establish", args=["360102002"]), {"on": "2099-01-01", "seen": 1}
    )

    assert response.context["form"].errors == {"on": ["日期不能晚于今天"]}


def test_unit_page_founds_under_the_next_serial(client, office, register):
    client.force_login(office)
    fields = {"kind": "school", "name": "乙校计划生育协会", "short_name": "乙校", "on": "2023-09-01"}

    response = client.post(reverse("associations:found_unit", args=["360102"]), fields)

    assert response["Location"] == "/associations/360102-0002/"


RECODE = {"new_code": "360133", "on": "2022-07-01", "document_number": "测发〔2022〕1号"}


def test_recode_page_shows_what_changes_before_it_changes(client, verifier, register):
    client.force_login(verifier)
    url = reverse("associations:recode", args=["360102"])

    preview = client.post(url, RECODE)
    untouched = Association.objects.filter(code="360102").count()
    saved = client.post(url, dict(preview.context["kept"]))

    assert preview.context["changes"][0] == (
        "4 个协会的代码由 360102… 改为 360133…（县级 1 个、乡级 2 个、单位级 1 个）"
    )
    assert untouched == 1
    assert (saved.status_code, saved["Location"]) == (302, "/associations/360133/")
    assert Association.objects.filter(code__startswith="360133").count() == 4


@pytest.mark.parametrize(
    ("new_code", "message"),
    [
        ("360203", "新代码不在您的管理范围内"),
        ("360103", "代码 360103 或其下级代码已在使用"),
        ("36013", "新代码须为 6 位数字"),
    ],
)
def test_recode_page_refuses(client, verifier, register, new_code, message):
    client.force_login(verifier)

    response = client.post(
        reverse("associations:recode", args=["360102"]), RECODE | {"new_code": new_code, "confirmed": "yes"}
    )

    assert response.context["form"].errors == {"new_code": [message]}


def test_merge_page_goes_through_preview(client, verifier, county, other_county):
    client.force_login(verifier)
    url = reverse("associations:merge", args=["360102"])
    fields = {"into": "360103", "on": "2022-07-01", "document_number": "测发〔2022〕1号"}

    preview = client.post(url, fields)
    saved = client.post(url, dict(preview.context["kept"]))

    county.refresh_from_db()
    assert saved["Location"] == "/associations/360103/"
    assert county.due_until == date(2022, 6, 30)


def test_merge_page_into_a_place_out_of_scope_is_refused_as_if_it_were_missing(client, county, other_county):
    outside = factories.association("360402")
    client.force_login(factories.user((OFFICE, county.parent), username="city"))
    url = reverse("associations:merge", args=["360102"])
    fields = {"on": "2022-07-01", "document_number": "测发〔2022〕1号", "confirmed": "yes"}

    errors = [
        client.post(url, fields | {"into": code}).context["picker"].error for code in (outside.code, "990000")
    ]

    assert errors == ["请选择您管理范围内的协会"] * 2


def test_rename_and_split_pages_save_after_confirmation(client, verifier, county):
    client.force_login(verifier)
    source = {"on": "2022-07-01", "document_number": "测发〔2022〕1号"}
    rename, split = (reverse(f"associations:{name}", args=["360102"]) for name in ("rename", "split"))

    preview = client.post(rename, source | {"name": "滨湖区计划生育协会", "short_name": "滨湖区", "seen": 1})
    renamed = client.post(rename, dict(preview.context["kept"]))
    preview = client.post(
        split, source | {"code": "360133", "name": "新区计划生育协会", "short_name": "新区"}
    )
    made = client.post(split, dict(preview.context["kept"]))

    county.refresh_from_db()
    assert (renamed.status_code, county.short_name) == (302, "滨湖区")
    assert made["Location"] == "/associations/360133/"
