"""The record pages of policy documents and their rules: who reads, who corrects, and what binds."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from associations.enums import Body, Constituency, Visibility
from associations.models import RULE_FAMILIES, ObservanceRule
from associations.policies import actions
from associations.policies.queries import slug_of
from members.rules import QuotaResult
from portal.lib.findings import RuleViolation
from portal.oversight.quotas import quotas_of
from portal.records.models import StoredFile
from tests import factories
from tests.records.samples import samples

from .conftest import TYPES, cells, keys

POLICIES = TYPES["policies"]
QUOTAS = TYPES["quota-rules"]
SLUGS = [slug_of(family) for family in RULE_FAMILIES]
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def document(city):
    return factories.policy(city, number="洪卫办字〔2020〕4号", title="改革方案")


def typed(document, **changes):
    fields = ("issued_by", "number", "title", "issue", "visibility", "remark")
    given = {name: getattr(document, name) for name in fields}
    return given | {"dated_on": "2020-04-10", "seen": str(document.version)} | changes


def quota_typed(rule, **changes):
    given = {"clause": rule.clause, "levels": rule.levels, "starts_on": "2020-04-10", "body": rule.body}
    shares = {"min_percent": str(rule.min_percent), "constituencies": rule.constituencies}
    return given | shares | {"seen": str(rule.version)} | changes


def verdict(association):
    quotas = {quota.body: quota.verdict for quota in quotas_of(association, on=date(2021, 1, 1))}
    return quotas[Body.COUNCIL]


@pytest.mark.parametrize("who", ["office", "leader", "neighbour", "outsider"])
def test_restricted_document_and_its_rules_are_on_no_list_below(client, request, city, who):
    document = factories.policy(city, visibility=Visibility.RESTRICTED)
    factories.quota_rule(document, Body.COUNCIL, 30)
    client.force_login(request.getfixturevalue(who))

    responses = [client.get(each.url("list")) for each in (POLICIES, QUOTAS)]

    assert [keys(each) if each.status_code == 200 else 404 for each in responses] == (
        [404, 404] if who == "outsider" else [[], []]
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 1),
        ({"q": "改革"}, 1),
        ({"q": "洪卫办字"}, 1),
        ({"q": "别的"}, 0),
        ({"visibility": "public"}, 1),
        ({"visibility": "internal"}, 0),
        ({"family": "quotarule"}, 1),
        ({"family": "termrule"}, 0),
        ({"first": "2020-04-10", "last": "2020-04-10"}, 1),
        ({"first": "2020-04-11"}, 0),
        ({"under": "3601"}, 1),
        ({"under": "360102"}, 0),
    ],
)
def test_documents_are_found(client, office, document, query, found):
    factories.quota_rule(document, Body.COUNCIL, 30)
    client.force_login(office)

    assert len(keys(client.get(POLICIES.url("list"), query))) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 1),
        ({"q": "洪卫办字"}, 1),
        ({"level": "3"}, 1),
        ({"level": "4"}, 0),
        ({"on": "2020-04-09"}, 0),
        ({"on": "2020-04-10"}, 1),
        ({"body": "council"}, 1),
        ({"body": "congress"}, 0),
        ({"document": "x"}, 0),
    ],
)
def test_rules_are_found(client, office, document, query, found):
    factories.quota_rule(document, Body.COUNCIL, 30)
    client.force_login(office)

    assert len(keys(client.get(QUOTAS.url("list"), query))) == found


def test_rule_is_laid_out_in_words(client, office, document):
    factories.quota_rule(document, Body.COUNCIL, 30)
    client.force_login(office)

    (row,) = cells(client.get(QUOTAS.url("list")))

    assert row[:4] == ["理事会", "30.00", "基层一线", "省、市、县"]


@pytest.mark.parametrize("slug", ["policies", *SLUGS])
@pytest.mark.parametrize("who", ["office", "verifier", "leader"])
def test_who_manages_no_policies_corrects_none(client, request, city, document, slug, who):
    record = document if slug == "policies" else samples(city)[slug]
    client.force_login(request.getfixturevalue(who))
    record_type = TYPES[slug]

    page = client.get(record_type.page_of(record))
    history = client.get(record_type.url("history", record.pk))
    edit = client.post(record_type.url("edit", record.pk), {"seen": "1"})

    assert (page.status_code, history.status_code, edit.status_code) == (200, 200, 404)
    assert not {"修改", "更正"} & {action.label for action in page.context["actions"]}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_family_is_corrected_and_taken_back(client, administrator, city, document, slug):
    rule = samples(city)[slug]
    record_type = TYPES[slug]
    client.force_login(administrator)
    form = client.get(record_type.url("edit", rule.pk)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    given = {name: value for name, value in shown.items() if value not in (None, "")}

    client.post(record_type.url("edit", rule.pk), given | {"clause": "三（一）"})
    rule.refresh_from_db()
    corrected = rule.clause, rule.version
    first = rule.events.earliest("pgh_id")
    client.post(record_type.url("restore", rule.pk, first.pk), {"seen": "2"})

    rule.refresh_from_db()
    assert corrected == ("三（一）", 2)
    assert (rule.clause, rule.version) == ("二（三）", 3)


def test_correction_of_a_rule_changes_the_verdict_and_its_document_moves_on(
    client, administrator, county, document
):
    term = factories.term(county)
    for constituency in (Constituency.GRASSROOTS, Constituency.OTHER, Constituency.EXPERT):
        factories.seat(term, constituency=constituency)
    rule = factories.quota_rule(document, Body.COUNCIL, 30, levels=[2, 3])
    client.force_login(administrator)
    before = verdict(county)

    client.post(QUOTAS.url("edit", rule.pk), quota_typed(rule, min_percent="40"))

    rule.refresh_from_db()
    document.refresh_from_db()
    assert (before, verdict(county)) == (QuotaResult.MET, QuotaResult.SHORT)
    assert (rule.min_percent, rule.version, document.version) == (Decimal(40), 2, 2)
    changes = client.get(QUOTAS.url("history", rule.pk)).context["changes"]
    newest, _ = changes[0]
    assert [(each.label, each.before, each.after) for each in newest.differences] == [
        ("最低比例(%)", "30.00", "40.00")
    ]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"levels": ["1"]}, "levels", "选择一个有效的选项"),
        ({"levels": []}, "levels", "请至少选择一项"),
        ({"min_percent": "101"}, "min_percent", "小于或等于"),
        ({"ends_on": "2020-04-09"}, None, "失效日期不能早于生效日期"),
        ({"constituencies": ["x"]}, "constituencies", "有效的选项"),
        ({"seen": ""}, "seen", "请填写这一项"),
    ],
)
def test_correction_of_a_rule_that_is_wrong_says_where(
    client, administrator, document, changes, field, message
):
    rule = factories.quota_rule(document, Body.COUNCIL, 30, levels=[2, 3])
    client.force_login(administrator)

    response = client.post(QUOTAS.url("edit", rule.pk), quota_typed(rule, **changes))

    rule.refresh_from_db()
    errors = response.context["form"].errors
    assert message in "".join(errors.get(field or "__all__", ()))
    assert (rule.min_percent, rule.version) == (30, 1)


def test_rule_of_a_county_does_not_reach_above_it(administrator, document, county):
    rule = factories.quota_rule(document, Body.COUNCIL, 30, scope=county, levels=[3])
    rule.levels = [2, 3]

    with pytest.raises(RuleViolation, match="不能约束市级"):
        actions.correct_rule(rule, seen=1, by=administrator)


def test_weekday_and_day_exclude_each_other(client, administrator, city, document):
    rule = samples(city)["observance-rules"]
    client.force_login(administrator)
    url = TYPES["observance-rules"].url("edit", rule.pk)
    given = {"clause": "一", "levels": ["2"], "starts_on": "2020-04-10", "name": "母亲节", "month": "5"}

    both = client.post(url, given | {"day": "29", "weekday": "6", "week": "2", "seen": "1"})
    client.post(url, given | {"weekday": "6", "week": "2", "seen": "1"})

    assert "二者选一" in both.text
    found = ObservanceRule.objects.get(pk=rule.pk)
    assert (found.day, found.weekday, found.week, found.version) == (None, 6, 2, 2)


def test_end_of_a_rule_by_a_page_from_before_its_correction_is_refused(client, administrator, document):
    rule = factories.quota_rule(document, Body.COUNCIL, 30, levels=[2, 3])
    client.force_login(administrator)
    client.post(QUOTAS.url("edit", rule.pk), quota_typed(rule, min_percent="40"))
    end = reverse("policies:end_rule", args=[document.pk, "quotarule", rule.pk])

    stale = client.post(end, {"on": "2022-12-31", "seen": "1"})
    client.post(end, {"on": "2022-12-31", "seen": "2"})

    rule.refresh_from_db()
    assert "已被他人修改" in stale.text
    assert (rule.ends_on, rule.min_percent, rule.version) == (date(2022, 12, 31), 40, 3)


def test_administrator_corrects_a_document_with_basis_and_file(client, administrator, province, document):
    basis = factories.policy(province, number="赣卫办字〔2019〕1号")
    client.force_login(administrator)
    upload = SimpleUploadedFile("方案.pdf", PDF, "application/pdf")

    response = client.post(
        POLICIES.url("edit", document.pk),
        typed(document, title="更正后的方案", basis=basis.number, file=upload),
    )

    document.refresh_from_db()
    assert response.url.startswith(f"/policies/{document.pk}/?saved=")
    assert (document.title, document.issuer.code, document.version) == ("更正后的方案", "3601", 2)
    assert (document.file.name, document.file.uploaded_by, list(document.basis.all())) == (
        "方案.pdf",
        administrator,
        [basis],
    )
    newest, _ = client.get(POLICIES.url("history", document.pk)).context["changes"][0]
    assert newest.purpose == "依据：增加 1 项，去掉 0 项"
    assert [(each.label, each.after) for each in newest.differences] == [
        ("标题", "更正后的方案"),
        ("附件", "方案.pdf"),
    ]
    kept = client.get(POLICIES.url("edit", document.pk)).context["form"]
    assert kept.initial["basis"] == basis.number
    assert kept.fields["file"].help_text.startswith("现有文件：方案.pdf")


def test_document_keeps_its_file_and_what_the_editor_may_not_read(client, administrator, province, document):
    hidden = factories.policy(province, visibility=Visibility.RESTRICTED)
    document.basis.add(hidden)
    document.file = factories.stored_file(name="旧.pdf")
    document.save()
    client.force_login(administrator)

    client.post(POLICIES.url("edit", document.pk), typed(document, basis="", remark="补录"))

    document.refresh_from_db()
    assert (document.remark, document.file.name, list(document.basis.all())) == ("补录", "旧.pdf", [hidden])


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"number": "测发〔2020〕77号"}, None, "该文号已经登记"),
        ({"title": ""}, "title", "请填写这一项"),
        ({"dated_on": "2099-01-01"}, "dated_on", "不能晚于今天"),
        ({"printed_on": "2020-04-09"}, "printed_on", "印发日期不能早于成文日期"),
        ({"basis": "没有的文号"}, "basis", "没有登记“没有的文号”"),
        ({"basis": "洪卫办字〔2020〕4号"}, "basis", "不能以自身为依据"),
        ({"file": SimpleUploadedFile("方案.pdf", b"MZ")}, "file", "内容却不是"),
        ({"file": SimpleUploadedFile("空.pdf", b"")}, "file", "文件是空的"),
    ],
)
def test_correction_of_a_document_that_is_wrong_says_where(
    client, administrator, city, document, changes, field, message
):
    factories.policy(city, number="测发〔2020〕77号")
    client.force_login(administrator)

    response = client.post(POLICIES.url("edit", document.pk), typed(document, **changes))

    document.refresh_from_db()
    errors = response.context["form"].errors
    assert message in "".join(errors.get(field or "__all__", ()))
    assert (document.title, document.version, StoredFile.objects.count()) == ("改革方案", 1, 0)


def test_conflict_tells_that_the_file_was_not_kept(client, administrator, document):
    client.force_login(administrator)
    client.post(POLICIES.url("edit", document.pk), typed(document, remark="先存"))

    response = client.post(
        POLICIES.url("edit", document.pk),
        typed(document, remark="后存", file=SimpleUploadedFile("方案.pdf", PDF)),
    )

    assert response.status_code == 409
    assert "您选择的文件没有保存" in response.text
    assert StoredFile.objects.count() == 0


def test_document_and_rule_pages_offer_the_correction_to_who_manages(client, administrator, document):
    rule = factories.quota_rule(document, Body.COUNCIL, 30, levels=[2, 3])
    client.force_login(administrator)

    page = client.get(POLICIES.page_of(document))

    assert [action.url for action in page.context["actions"]] == [POLICIES.url("edit", document.pk)]
    assert QUOTAS.url("edit", rule.pk) in page.text


@pytest.mark.parametrize("slug", ["policies", *SLUGS])
def test_lists_ask_the_same_queries_for_one_row_and_for_three(
    client, verifier, city, county, slug, django_assert_num_queries
):
    client.force_login(verifier)
    url = TYPES[slug].url("list")
    # A rule hangs on a document, and what is told of that is asked for once.
    statements = 11 if slug == "policies" else 12
    samples(city)
    with django_assert_num_queries(statements):
        one = client.get(url)
    samples(county)
    samples(factories.association("360103"))

    with django_assert_num_queries(statements):
        three = client.get(url)

    assert (len(keys(one)), len(keys(three))) == (1, 3)
