import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from associations.enums import Body, Constituency, KeyTask, Level, Visibility
from associations.models import (
    RULE_FAMILIES,
    KeyTaskRule,
    ObservanceRule,
    PolicyDocument,
    PostRule,
    Provision,
    QuotaRule,
    StaffingRule,
    TermRule,
)
from portal.accounts.roles import ADMINISTRATOR
from tests import factories

LIST = "/policies/"
DAY = "2020-04-10"


@pytest.fixture
def administrator(city):
    return factories.user((ADMINISTRATOR, city), username="administrator", association=city)


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def titles(response):
    return re.findall(r'<th scope="row"><a href="/policies/\d+/[^"]*">(.*?)</a>', response.text)


def rows(response):
    """Read the cells of every row of the tables, without markup."""
    bodies = "".join(re.findall(r"<tbody>(.*?)</tbody>", response.text, re.DOTALL))
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", bodies, re.DOTALL)
    ]


def errors(response):
    return {name: list(found) for name, found in response.context["form"].errors.items()}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("office", ["东湖区方案", "市级方案"]),
        ("leader", ["东湖区方案", "市级方案"]),
        ("neighbour", ["市级方案"]),
        ("verifier", ["东湖区方案", "市级受限", "市级方案"]),
        ("outsider", []),
    ],
)
def test_list_shows_what_the_user_may_read(request, signed_in, city, county, who, expected):
    factories.policy(city, title="市级方案", dated_on=date(2020, 1, 1))
    factories.policy(city, title="市级受限", dated_on=date(2020, 2, 1), visibility=Visibility.RESTRICTED)
    factories.policy(county, title="东湖区方案", dated_on=date(2020, 3, 1))

    response = signed_in(request.getfixturevalue(who)).get(LIST)

    assert titles(response) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "方案"}, ["新方案", "旧方案"]),
        ({"q": "洪府办"}, ["旧方案"]),
        ({"issuer": "360102"}, ["通知"]),
        ({"family": "quotarule"}, ["旧方案"]),
        ({"in_force": "on", "on": "2020-12-31"}, ["旧方案"]),
        ({"in_force": "on", "on": "2021-01-01"}, []),
        ({"in_force": "on", "on": "2019-12-31"}, []),
    ],
)
def test_list_is_narrowed(signed_in, verifier, city, county, query, expected):
    old = factories.policy(city, title="旧方案", number="洪府办〔2020〕1号", dated_on=date(2020, 1, 1))
    factories.policy(city, title="新方案", dated_on=date(2022, 1, 1))
    factories.policy(county, title="通知", dated_on=date(2021, 1, 1))
    factories.quota_rule(old, Body.COUNCIL, 30, ends_on=date(2020, 12, 31))

    response = signed_in(verifier).get(LIST, query)

    assert titles(response) == expected


def test_list_goes_on_where_the_page_ended(signed_in, office, county):
    for day in range(1, 29):
        factories.policy(county, title=f"A{day}", dated_on=date(2020, 1, day))
        factories.policy(county, title=f"B{day}", dated_on=None if day < 10 else date(2020, 1, day))
    client = signed_in(office)

    first = client.get(LIST)
    second = client.get(LIST + first.context["next_url"])

    assert (len(titles(first)), len(titles(second))) == (50, 6)
    assert len({*titles(first), *titles(second)}) == 56
    assert second.context["next_url"] == ""


@pytest.mark.parametrize("place", ["1", "2020-01-01", "2020-13-01.4", "2020-01-01.x"])
def test_list_from_a_place_that_is_none_is_refused(signed_in, office, place):
    assert signed_in(office).get(LIST, {"after": place}).status_code == 400


def test_list_asks_as_many_queries_for_three_as_for_one(signed_in, office, county, django_assert_num_queries):
    client = signed_in(office)
    factories.quota_rule(factories.policy(county), Body.COUNCIL, 30)
    client.get(LIST)

    with django_assert_num_queries(10):
        client.get(LIST)
    for _ in range(2):
        factories.quota_rule(factories.policy(county), Body.COUNCIL, 30)
    with django_assert_num_queries(10):
        client.get(LIST)


@pytest.mark.parametrize("who", ["office", "leader", "neighbour", "outsider"])
def test_restricted_document_looks_missing_below(request, signed_in, city, who, settings):
    document = factories.policy(city, visibility=Visibility.RESTRICTED, file=factories.stored_file())
    client = signed_in(request.getfixturevalue(who))

    answers = [
        client.get(f"{LIST}{pk}/{page}").status_code for pk in (document.pk, 0) for page in ("", "file/")
    ]

    assert answers == [404] * 4


def every_family(document):
    place = {"document": document, "scope": document.issuer, "levels": [2, 3], "starts_on": DAY}
    factories.quota_rule(document, Body.COUNCIL, 30, clause="一", levels=[2, 3])
    factories.milestone_rule(document, "plan-issued", deadline=date(2020, 12, 31), clause="二", levels=[2, 3])
    TermRule.objects.create(clause="三", years=5, **place)
    PostRule.objects.create(clause="四", post="president", held_by="副区长", **place)
    StaffingRule.objects.create(clause="五", min_staff=2, max_staff=3, **place)
    ObservanceRule.objects.create(clause="六", name="母亲节", month=5, week=2, weekday=6, **place)
    KeyTaskRule.objects.create(clause="七", task=KeyTask.RIGHTS, name="维权", position=5, **place)
    Provision.objects.create(clause="八", topic="年度汇报", text="每年一次", **place)


def test_detail_lays_out_every_family(signed_in, office, city):
    document = factories.policy(city)
    every_family(document)

    response = signed_in(office).get(f"{LIST}{document.pk}/?on={DAY}")

    tail = [f"{DAY} 至 今", "有效"]
    assert rows(response) == [
        ["理事会", "≥30%", "基层一线", "南昌市：市、县级", "一", *tail],
        ["改革方案出台", "2020年12月31日", "印发的文件", "1", "南昌市：市、县级", "二", *tail],
        ["5年", "12个月", "南昌市：市、县级", "三", *tail],
        ["会长", "副区长", "未规定", "南昌市：市、县级", "四", *tail],
        ["2至3人", "未规定", "南昌市：市、县级", "五", *tail],
        ["母亲节", "5月第2个星期日", "南昌市：市、县级", "六", *tail],
        ["5", "维权", "权益维护", "南昌市：市、县级", "七", *tail],
        ["年度汇报", "每年一次", "南昌市：市、县级", "八", *tail],
    ]


def test_detail_names_the_basis_that_the_user_may_read(signed_in, office, city):
    document = factories.policy(city)
    document.basis.set(
        [
            factories.policy(city, title="省级方案", number="赣发〔2019〕1号"),
            factories.policy(city, title="内情", visibility=Visibility.RESTRICTED),
        ]
    )

    response = signed_in(office).get(f"{LIST}{document.pk}/")

    assert re.findall(r'<li><a href="/policies/\d+/">(.*?)</a>', response.text) == [
        "省级方案(赣发〔2019〕1号)"
    ]
    assert "内情" not in response.text


def test_detail_asks_as_many_queries_for_three_rules_as_for_one(
    signed_in, office, city, django_assert_num_queries
):
    client = signed_in(office)
    document = factories.policy(city)
    every_family(document)
    client.get(f"{LIST}{document.pk}/")

    with django_assert_num_queries(18):
        client.get(f"{LIST}{document.pk}/")
    every_family(document)
    every_family(document)
    with django_assert_num_queries(18):
        client.get(f"{LIST}{document.pk}/")


def test_file_of_a_readable_document_is_a_download(signed_in, office, city, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    (tmp_path / "00").mkdir()
    (tmp_path / "00" / ("0" * 64)).write_bytes(b"%PDF-1.7")
    document = factories.policy(city, file=factories.stored_file(size=8))

    response = signed_in(office).get(f"{LIST}{document.pk}/file/")

    assert b"".join(response.streaming_content) == b"%PDF-1.7"
    assert response["Content-Disposition"].startswith("attachment")


def test_bound_rules_name_the_nearest_and_what_it_is_weaker_than(signed_in, office, province, county):
    above = factories.policy(province, number="赣发〔2020〕4号")
    own = factories.policy(county, number="东发〔2021〕1号")
    factories.quota_rule(above, Body.COUNCIL, 30)
    factories.quota_rule(above, Body.CONGRESS, 40)
    factories.quota_rule(own, Body.COUNCIL, 20)

    response = signed_in(office).get(LIST, {"association": "360102", "on": "2022-01-01"})

    assert rows(response) == [
        [
            "理事会",
            "≥20%",
            "基层一线",
            "东发〔2021〕1号 二（三） 宽于上级规定 理事会 ≥30%（赣发〔2020〕4号 二（三））",
            DAY,
        ],
        ["会员代表大会", "≥40%", "基层一线", "赣发〔2020〕4号 二（三）", DAY],
    ]


def test_bound_tasks_are_those_of_one_document(signed_in, office, province, county):
    for document, tasks in (
        (factories.policy(province), [KeyTask.PUBLICITY, KeyTask.FLOATING_POPULATION]),
        (factories.policy(county, number="东发〔2021〕1号"), [KeyTask.FAMILY_HEALTH, KeyTask.PUBLICITY]),
    ):
        for position, task in enumerate(tasks, start=1):
            KeyTaskRule.objects.create(
                document=document, scope=document.issuer, clause="二", levels=[3], starts_on=DAY,
                task=task, name=task.label, position=position,
            )  # fmt: skip

    response = signed_in(office).get(LIST, {"association": "360102"})

    assert rows(response) == [
        ["1", "家庭健康促进", "家庭健康促进", "东发〔2021〕1号 二", DAY],
        ["2", "宣传教育", "宣传教育", "东发〔2021〕1号 二", DAY],
    ]


def test_bound_rule_of_a_restricted_document_shows_no_way_to_it(signed_in, office, city, county):
    document = factories.policy(city, number="洪密〔2020〕1号", visibility=Visibility.RESTRICTED)
    factories.quota_rule(document, Body.COUNCIL, 30)
    Provision.objects.create(
        document=document, scope=city, clause="八", levels=[3], starts_on=DAY, topic="内部", text="不外传"
    )

    response = signed_in(office).get(LIST, {"association": "360102"})

    assert rows(response) == [["理事会", "≥30%", "基层一线", "洪密〔2020〕1号 二（三）", DAY]]
    assert f"/policies/{document.pk}/" not in response.text


@pytest.mark.parametrize("code", ["360103", "3601", "99", "x"])
def test_bound_rules_of_a_place_out_of_scope_look_missing(signed_in, office, other_county, code):
    assert signed_in(office).get(LIST, {"association": code}).status_code == 404


def test_bound_rules_ask_as_many_queries_for_three_as_for_one(
    signed_in, office, city, django_assert_num_queries
):
    client = signed_in(office)
    every_family(factories.policy(city))
    client.get(LIST, {"association": "360102"})

    with django_assert_num_queries(20):
        client.get(LIST, {"association": "360102"})
    every_family(factories.policy(city))
    every_family(factories.policy(city))
    with django_assert_num_queries(20):
        client.get(LIST, {"association": "360102"})


@pytest.mark.parametrize("who", ["office", "verifier", "neighbour", "leader", "outsider"])
def test_pages_that_change_look_missing_to_others(request, signed_in, city, who):
    document = factories.policy(city)
    rule = factories.quota_rule(document, Body.COUNCIL, 30)
    client = signed_in(request.getfixturevalue(who))
    pages = [
        reverse("policies:new"),
        reverse("policies:end", args=[document.pk]),
        reverse("policies:new_rule", args=[document.pk, "quotarule"]),
        reverse("policies:end_rule", args=[document.pk, "quotarule", rule.pk]),
    ]

    answers = [ask(page).status_code for page in pages for ask in (client.get, client.post)]

    assert answers == [404] * 8


def test_administrator_of_another_place_finds_no_change(signed_in, province, city, other_county):
    stranger = factories.user((ADMINISTRATOR, other_county))
    document = factories.policy(city)

    response = signed_in(stranger).get(f"{LIST}{document.pk}/end/")

    assert response.status_code == 404


@pytest.mark.parametrize("family", [family._meta.model_name for family in RULE_FAMILIES])
def test_every_family_has_a_form_and_unknown_ones_have_none(signed_in, administrator, city, family):
    document = factories.policy(city)
    client = signed_in(administrator)

    form = client.get(f"{LIST}{document.pk}/{family}/new/").context["form"]
    missing = client.get(f"{LIST}{document.pk}/association/new/").status_code

    assert list(form.fields)[:3] == ["clause", "scope", "levels"]
    assert missing == 404


def test_administrator_registers_a_document(signed_in, administrator, province, county, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    basis = factories.policy(province, number="赣发〔2020〕4号")
    sent = {
        "issuer": "360102",
        "issued_by": "东湖区人民政府办公室",
        "number": "东府办〔2021〕3号",
        "title": "改革实施方案",
        "dated_on": "2021-03-01",
        "issue": "issued",
        "visibility": "public",
        "basis": "赣发〔2020〕4号\n",
        "file": SimpleUploadedFile("方案.pdf", b"%PDF-1.7\n%%EOF\n"),
    }

    response = signed_in(administrator).post(f"{LIST}new/", sent)

    document = PolicyDocument.objects.get(number="东府办〔2021〕3号")
    assert response["Location"] == f"/policies/{document.pk}/?saved=policy-new"
    assert (document.issuer, document.dated_on, document.file.name) == (county, date(2021, 3, 1), "方案.pdf")
    assert list(document.basis.all()) == [basis]


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"issuer": "36"}, "issuer", "没有这个协会，或不在您的管理范围内"),
        ({"issuer": "9999"}, "issuer", "没有这个协会，或不在您的管理范围内"),
        ({"basis": "查无〔2020〕1号"}, "basis", "没有登记“查无〔2020〕1号”，请先登记该文件或改正文号"),
        ({"dated_on": "2099-01-01"}, "dated_on", "成文日期不能晚于今天"),
        ({"number": "洪发〔2020〕1号"}, "__all__", "该文号已经登记"),
        ({"title": ""}, "title", "请填写这一项。"),
    ],
)
def test_document_that_is_wrong_says_where(signed_in, administrator, city, changed, field, message):
    factories.policy(city, number="洪发〔2020〕1号")
    sent = {
        "issuer": "3601",
        "issued_by": "市政府",
        "title": "方案",
        "issue": "issued",
        "visibility": "public",
    } | changed

    response = signed_in(administrator).post(f"{LIST}new/", sent)

    assert errors(response) == {field: [message]}
    assert PolicyDocument.objects.count() == 1


def test_number_that_another_place_registered_is_free(signed_in, administrator, city, other_county):
    factories.policy(other_county, number="西府办〔2020〕1号", visibility="restricted")
    sent = {
        "issuer": "3601",
        "issued_by": "市政府",
        "number": "西府办〔2020〕1号",
        "title": "方案",
        "issue": "issued",
        "visibility": "public",
    }

    response = signed_in(administrator).post(f"{LIST}new/", sent)

    assert response.status_code == 302
    assert PolicyDocument.objects.filter(number="西府办〔2020〕1号").count() == 2


def rule_fields(**changed):
    return {
        "clause": "二（三）",
        "scope": "3601",
        "levels": [2, 3],
        "starts_on": DAY,
        "body": "council",
        "min_percent": "33.5",
        "constituencies": ["grassroots", "served"],
        "seen": 1,
    } | changed


def test_administrator_adds_a_rule(signed_in, administrator, city):
    document = factories.policy(city)

    signed_in(administrator).post(f"{LIST}{document.pk}/quotarule/new/", rule_fields())

    [rule] = QuotaRule.objects.all()
    assert (rule.document, rule.scope, rule.levels) == (document, city, [Level.CITY, Level.COUNTY])
    assert (str(rule), rule.constituencies) == (
        "理事会 ≥33.5%",
        [Constituency.GRASSROOTS, Constituency.SERVED],
    )


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"scope": "36"}, "scope", "没有这个协会，或不在您的管理范围内"),
        ({"scope": "360102"}, "levels", "适用地区是县级，不能约束市级"),
        ({"levels": [1]}, "levels", "选择一个有效的选项。 1 不在可用的选项中。"),
        ({"levels": []}, "levels", "请至少选择一项。"),
        ({"constituencies": []}, "constituencies", "请至少选择一项。"),
        ({"min_percent": "101"}, "min_percent", "确保该值小于或等于100。"),
        ({"ends_on": "2020-04-09"}, "__all__", "失效日期不能早于生效日期"),
        ({"seen": 7}, "__all__", "该记录已被他人修改，请核对后再保存"),
    ],
)
def test_rule_that_is_wrong_says_where(signed_in, administrator, city, county, changed, field, message):
    document = factories.policy(city)

    response = signed_in(administrator).post(f"{LIST}{document.pk}/quotarule/new/", rule_fields(**changed))

    assert errors(response) == {field: [message]}
    assert not QuotaRule.objects.exists()


def test_rule_of_one_county_may_not_reach_another(signed_in, administrator, county, other_county):
    document = factories.policy(county)
    sent = rule_fields(scope="360103", levels=[3])

    response = signed_in(administrator).post(f"{LIST}{document.pk}/quotarule/new/", sent)

    assert errors(response) == {"scope": ["适用地区须在发文地区之内"]}


def test_form_that_was_overtaken_can_be_sent_again(signed_in, administrator, city):
    document = factories.policy(city, version=4)
    client = signed_in(administrator)

    refused = client.post(f"{LIST}{document.pk}/quotarule/new/", rule_fields(seen=3))
    client.post(
        f"{LIST}{document.pk}/quotarule/new/", rule_fields(seen=refused.context["form"]["seen"].value())
    )

    assert QuotaRule.objects.count() == 1


def test_administrator_ends_a_rule(signed_in, administrator, city):
    rule = factories.quota_rule(factories.policy(city), Body.COUNCIL, 30)
    address = f"{LIST}{rule.document_id}/quotarule/{rule.pk}/end/"

    early = signed_in(administrator).post(address, {"on": "2020-04-09", "seen": 1})
    done = signed_in(administrator).post(address, {"on": "2025-12-31", "seen": 1})

    rule.refresh_from_db()
    assert errors(early) == {"on": ["失效日期不能早于生效日期（2020年4月10日）"]}
    assert (done["Location"], rule.ends_on) == (f"/policies/{rule.document_id}/", date(2025, 12, 31))


def test_rule_under_another_documents_address_looks_missing(signed_in, administrator, city):
    rule = factories.quota_rule(factories.policy(city), Body.COUNCIL, 30)
    other = factories.policy(city)

    response = signed_in(administrator).get(f"{LIST}{other.pk}/quotarule/{rule.pk}/end/")

    assert response.status_code == 404


def test_administrator_ends_all_rules_of_a_document(signed_in, administrator, city):
    document = factories.policy(city)
    every_family(document)

    signed_in(administrator).post(f"{LIST}{document.pk}/end/", {"on": "2025-12-31", "seen": 1})

    ends = [rule.ends_on for family in RULE_FAMILIES for rule in family.objects.all()]
    assert ends == [date(2025, 12, 31)] * 8
