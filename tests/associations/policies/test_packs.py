from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from associations.enums import Body, Constituency, Level, Milestone
from associations.models import RULE_FAMILIES, MilestoneRule, ObservanceRule, PolicyDocument, QuotaRule
from associations.policies.pack_loading import PackResult, load_packs
from associations.policies.packs import PackError, read_pack, read_packs
from tests import factories

DOCUMENT = """
document:
  issuer: "36"
  issued_by: 江西省计划生育协会
  number: 测发〔2020〕1号
  title: 测试文件
  dated_on: 2020-04-10
"""
QUOTA = "    - {clause: 一, levels: [county], body: council, min_percent: 30, constituencies: [grassroots]}\n"


@pytest.fixture
def places(db):
    codes = ("36", "34", "31", "310107", "23", "2304", "230402", "420902", "4205", "6104")
    return {code: factories.association(code) for code in codes}


def write(folder, rules):
    path = folder / "sample.yaml"
    path.write_text(DOCUMENT + rules, encoding="utf-8")
    return path


def rule_count():
    return sum(family.objects.count() for family in RULE_FAMILIES)


def test_packs_carry_the_quotas_of_their_documents(places):
    load_packs(read_packs())

    quotas = QuotaRule.objects.order_by("document__number", "pk")
    assert [
        (rule.document.number, rule.scope.code, rule.body, rule.min_percent, rule.constituencies, rule.levels)
        for rule in quotas
    ] == [
        ("普府办〔2022〕2号", "310107", "council", Decimal(50), ["grassroots"], [3]),
        ("赣卫办字〔2020〕4号", "36", "congress", Decimal(40), ["grassroots"], [1, 2, 3]),
        ("赣卫办字〔2020〕4号", "36", "council", Decimal(30), ["grassroots"], [1, 2, 3]),
        ("赣卫办字〔2020〕4号", "36", "standing", Decimal(20), ["grassroots"], [1, 2, 3]),
        ("鹤向政办发〔2022〕4号", "230402", "congress", Decimal(60), ["grassroots", "served"], [3, 4]),
        ("鹤向政办发〔2022〕4号", "230402", "council", Decimal(40), ["grassroots", "served"], [3, 4]),
        ("鹤向政办发〔2022〕4号", "230402", "standing", Decimal(20), ["grassroots", "served"], [3, 4]),
    ]


def test_packs_set_a_deadline_only_where_the_document_does(places):
    load_packs(read_packs())

    dated = MilestoneRule.objects.exclude(deadline=None).order_by("deadline")
    assert [(rule.scope.code, rule.milestone, str(rule.deadline), rule.levels) for rule in dated] == [
        ("36", Milestone.PLAN_ISSUED, "2020-12-31", [1, 2, 3]),
        ("6104", Milestone.PLAN_ISSUED, "2021-12-31", [3]),
    ]


def test_milestones_asked_only_where_conditions_allow_weigh_nothing(places):
    load_packs(read_packs())

    conditional = MilestoneRule.objects.filter(weight=0).order_by("scope__code", "milestone")
    assert [(rule.scope.code, rule.milestone) for rule in conditional] == [
        ("34", Milestone.BUDGET),
        ("34", Milestone.PARTY_GROUP),
        ("36", Milestone.PARTY_GROUP),
    ]


def test_mothers_day_is_the_second_sunday_of_may(places):
    load_packs(read_packs())

    rule = ObservanceRule.objects.get(name="母亲节")
    assert (rule.month, rule.day, rule.week, rule.weekday) == (5, None, 2, 6)


def test_packs_loaded_again_change_nothing(places):
    first = load_packs(read_packs())
    rules, documents = rule_count(), PolicyDocument.objects.count()

    again = load_packs(read_packs())

    assert sum(result.rules_added for result in first) == rules
    assert [(result.documents_added, result.rules_added) for result in again] == [(0, 0)] * 7
    assert (rule_count(), PolicyDocument.objects.count()) == (rules, documents)


def test_rule_that_was_ended_stays_ended(places):
    load_packs(read_packs())
    rules = rule_count()
    QuotaRule.objects.filter(scope__code="310107").update(ends_on="2025-12-31")

    load_packs(read_packs())

    assert rule_count() == rules
    assert str(QuotaRule.objects.get(scope__code="310107").ends_on) == "2025-12-31"


def test_what_was_corrected_since_is_not_loaded_as_it_was(places):
    load_packs(read_packs())
    counts = PolicyDocument.objects.count(), rule_count()
    PolicyDocument.objects.update(title="更正的标题", remark="更正")
    PolicyDocument.objects.filter(number="赣卫办字〔2020〕4号").update(number="赣卫办字〔2020〕5号")
    QuotaRule.objects.update(min_percent=Decimal(55), clause="更正的条款")

    results = load_packs(read_packs())

    assert [(result.documents_added, result.rules_added) for result in results] == [(0, 0)] * len(results)
    assert (PolicyDocument.objects.count(), rule_count()) == counts
    assert set(QuotaRule.objects.values_list("min_percent", flat=True)) == {Decimal(55)}


def test_pack_without_issuer_in_the_register_is_skipped(province):
    results = {result.name: result for result in load_packs(read_packs())}

    assert results["putuo"] == PackResult(
        name="putuo", is_loaded=False, documents_added=0, rules_added=0, missing=("31", "310107")
    )
    assert results["jiangxi"].missing == ()
    assert list(PolicyDocument.objects.values_list("issuer__code", flat=True)) == ["36", "36"]


def test_basis_is_added_once_its_issuer_is_in_the_register(db):
    factories.association("310107")
    load_packs(read_packs())
    document = PolicyDocument.objects.get(number="普府办〔2022〕2号")
    before = list(document.basis.all())
    factories.association("31")

    load_packs(read_packs())

    assert before == []
    assert [basis.number for basis in document.basis.all()] == ["沪府办〔2019〕130号"]


def test_command_says_what_it_did(province):
    out = StringIO()

    call_command("load_policies", stdout=out)

    assert out.getvalue().splitlines()[:2] == [
        "anhui  跳过：名录中没有发文地区 34",
        "jiangxi  新增文件 2，新增规定 29",
    ]


def test_pack_is_read_with_the_reach_of_its_document(tmp_path):
    pack = read_pack(write(tmp_path, f"rules:\n  quota:\n{QUOTA}"))

    [rule] = pack.rules
    assert (rule.family, rule.scope) == (QuotaRule, "36")
    assert rule.values == {
        "clause": "一",
        "levels": [Level.COUNTY],
        "starts_on": pack.document.values["dated_on"],
        "body": Body.COUNCIL,
        "min_percent": Decimal(30),
        "constituencies": [Constituency.GRASSROOTS],
    }


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("rules: [", "sample.yaml：不是有效的 YAML 文件"),
        ("rule: {}", "sample.yaml：不认识的名称 rule"),
        ("rules: []", "sample.yaml rules：应为若干“名称: 值”"),
        ("rules: {quotas: []}", "sample.yaml rules：不认识的名称 quotas"),
        ("rules: {quota: {}}", "sample.yaml rules quota：应为列表"),
        ("rules:\n  quota:\n" + QUOTA.replace("[county]", "[shire]"), "第1项：没有层级 shire"),
        ("rules:\n  quota:\n" + QUOTA.replace("levels: [county], ", ""), "第1项：levels 须列出约束的层级"),
        ("rules:\n  quota:\n" + QUOTA.replace("30", "130"), "第1项：min_percent 确保该值小于或等于"),
        ("rules:\n  quota:\n" + QUOTA.replace("council", "senate"), "第1项：body 值 'senate' 不是有效选项"),
        ("rules:\n  quota:\n" + QUOTA.replace("clause: 一, ", ""), "第1项：clause"),
        ("rules:\n  quota:\n" + QUOTA.replace("clause", "para"), "第1项：不认识的名称 para"),
        (
            "rules:\n  quota:\n" + QUOTA.replace("clause", "scope: 36, clause"),
            "第1项：scope 须为加引号的地区代码",
        ),
    ],
)
def test_wrong_pack_names_file_and_place(tmp_path, rules, message):
    path = write(tmp_path, rules)

    with pytest.raises(PackError) as refused:
        read_pack(path)

    assert message in str(refused.value)
    assert str(refused.value).startswith("sample.yaml")
