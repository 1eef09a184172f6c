from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from associations.enums import Body, Constituency, Level
from associations.models import PolicyDocument, Provision, QuotaRule
from associations.policies import actions as policy_actions
from associations.policies.rules import Extent, day_findings, end_findings, extent_findings
from portal.accounts.roles import ADMINISTRATOR
from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from tests import factories
from tests.patience import SECONDS


@pytest.fixture
def administrator(city):
    return factories.user((ADMINISTRATOR, city), username="administrator", association=city)


@pytest.fixture
def document(city):
    return factories.policy(city)


def quota(document, **values):
    defaults = {
        "clause": "二（三）",
        "scope": document.issuer,
        "levels": [Level.COUNTY],
        "starts_on": date(2020, 4, 10),
        "body": Body.COUNCIL,
        "min_percent": 30,
        "constituencies": [Constituency.GRASSROOTS],
    }
    return QuotaRule(document=document, **(defaults | values))


def refused(call):
    with pytest.raises(RuleViolation) as violation:
        call()
    return [(finding.code, finding.source) for finding in violation.value.findings]


@pytest.mark.parametrize(
    ("scope_code", "scope_level", "levels", "expected"),
    [
        ("3601", Level.CITY, (2, 3), []),
        ("360102", Level.COUNTY, (3,), []),
        ("360102", Level.COUNTY, (2, 3), ["level-above-scope"]),
        ("36", Level.PROVINCE, (2,), ["scope-outside"]),
        ("3602", Level.CITY, (1,), ["scope-outside", "level-above-scope"]),
    ],
)
def test_extent_lies_under_its_issuer(scope_code, scope_level, levels, expected):
    extent = Extent(issuer_code="3601", scope_code=scope_code, scope_level=scope_level, levels=levels)

    findings = extent_findings(extent)

    assert [finding.code for finding in findings] == expected


@pytest.mark.parametrize(
    ("ends_on", "on", "expected"),
    [
        (None, date(2020, 4, 10), []),
        (None, date(2020, 4, 9), ["end-before-start"]),
        (date(2021, 1, 1), date(2020, 12, 31), []),
        (date(2021, 1, 1), date(2021, 1, 1), ["ended"]),
    ],
)
def test_rule_ends_once_and_not_before_it_begins(ends_on, on, expected):
    findings = end_findings(starts_on=date(2020, 4, 10), ends_on=ends_on, on=on)

    assert [finding.code for finding in findings] == expected


@pytest.mark.parametrize(
    ("dated_on", "printed_on", "published_on", "expected"),
    [
        (date(2020, 4, 10), date(2020, 4, 10), date(2020, 4, 13), []),
        (None, None, None, []),
        (date(2020, 4, 10), date(2020, 4, 9), None, [("day-order", "printed_on")]),
        (date(2020, 4, 10), None, date(2020, 4, 9), [("day-order", "published_on")]),
        (date(2020, 5, 1), None, None, []),
        (date(2020, 5, 2), None, None, [("day-future", "dated_on")]),
    ],
)
def test_days_of_a_document_come_in_order(dated_on, printed_on, published_on, expected):
    findings = day_findings(
        dated_on=dated_on, printed_on=printed_on, published_on=published_on, today=date(2020, 5, 1)
    )

    assert [(finding.code, finding.source) for finding in findings] == expected


def test_document_is_added_with_basis_and_file(administrator, city, province, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    basis = factories.policy(province)
    upload = SimpleUploadedFile("方案.pdf", b"%PDF-1.7\n1 0 obj\n%%EOF\n")

    document = policy_actions.add_document(
        document=PolicyDocument(issuer=city, issued_by="市政府", number="洪发〔2021〕1号", title="方案"),
        basis=[basis],
        upload=upload,
        by=administrator,
    )

    assert (document.file.name, document.file.uploaded_by) == ("方案.pdf", administrator)
    assert list(document.basis.all()) == [basis]


def test_document_with_a_file_that_is_none_is_refused_whole(administrator, city, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    draft = PolicyDocument(issuer=city, issued_by="市政府", title="方案")
    upload = SimpleUploadedFile("方案.pdf", b"MZ not a pdf")

    findings = refused(
        lambda: policy_actions.add_document(document=draft, basis=[], upload=upload, by=administrator)
    )

    assert [source for _, source in findings] == ["file"]
    assert not PolicyDocument.objects.exists()


def test_number_that_is_registered_is_refused(administrator, document, city):
    draft = PolicyDocument(issuer=city, issued_by="市政府", number=document.number, title="方案")

    findings = refused(
        lambda: policy_actions.add_document(document=draft, basis=[], upload=None, by=administrator)
    )

    assert findings == [("invalid", "")]
    assert PolicyDocument.objects.count() == 1


def test_rule_outside_the_issuer_is_refused(administrator, document, province):
    rule = quota(document, scope=province)

    findings = refused(lambda: policy_actions.add_rule(rule=rule, seen=1, by=administrator))

    assert findings == [("scope-outside", "scope")]
    assert not QuotaRule.objects.exists()


def test_rule_raises_the_version_of_its_document(administrator, document, county):
    policy_actions.add_rule(rule=quota(document, scope=county), seen=1, by=administrator)

    document.refresh_from_db()
    assert document.version == 2
    assert [(rule.scope, rule.min_percent) for rule in QuotaRule.objects.all()] == [(county, 30)]


def test_rule_with_a_wrong_figure_leaves_the_document_as_it_was(administrator, document):
    findings = refused(
        lambda: policy_actions.add_rule(rule=quota(document, min_percent=101), seen=1, by=administrator)
    )

    document.refresh_from_db()
    assert findings == [("invalid", "min_percent")]
    assert (document.version, QuotaRule.objects.count()) == (1, 0)


def test_second_of_two_administrators_is_told(administrator, document):
    policy_actions.add_rule(rule=quota(document), seen=1, by=administrator)

    findings = refused(lambda: policy_actions.add_rule(rule=quota(document), seen=1, by=administrator))

    assert findings == [("stale", "")]
    assert QuotaRule.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_rules_added_at_once_from_one_page_are_one(administrator, document):
    start, refusals = Barrier(8, timeout=SECONDS), []

    def add():
        start.wait()
        try:
            policy_actions.add_rule(rule=quota(document), seen=1, by=administrator)
        except RuleViolation as violation:
            refusals.append(violation.findings[0].code)
        finally:
            connection.close()

    threads = [Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert QuotaRule.objects.count() == 1
    assert refusals == ["stale"] * 7


def test_ended_rule_keeps_its_past(administrator, document, county):
    rule = factories.quota_rule(document, Body.COUNCIL, 30)

    policy_actions.end_rule(rule=rule, seen=1, on=date(2025, 12, 31), by=administrator)

    in_force = QuotaRule.objects.in_force
    assert list(in_force(on=date(2025, 12, 31))) == [rule]
    assert list(in_force(on=date(2026, 1, 1))) == []


def test_document_ends_with_all_its_rules(administrator, document):
    ended = factories.quota_rule(document, Body.CONGRESS, 40, ends_on=date(2021, 1, 1))
    factories.quota_rule(document, Body.COUNCIL, 30)
    place = {"document": document, "scope": document.issuer, "levels": [2], "starts_on": date(2020, 4, 10)}
    Provision.objects.create(clause="一", topic="年度汇报", text="每年一次", **place)

    count = policy_actions.end_document(document=document, seen=1, on=today(), by=administrator)

    ended.refresh_from_db()
    assert (count, ended.ends_on) == (2, date(2021, 1, 1))
    assert not QuotaRule.objects.in_force(on=today() + timedelta(days=1)).exists()
    assert not Provision.objects.in_force(on=today() + timedelta(days=1)).exists()


def test_document_without_open_rules_cannot_end(administrator, document):
    findings = refused(
        lambda: policy_actions.end_document(document=document, seen=1, on=today(), by=administrator)
    )

    document.refresh_from_db()
    assert findings == [("nothing-to-end", "on")]
    assert document.version == 1


@pytest.mark.parametrize("who", ["office", "verifier", "neighbour", "leader", "outsider"])
def test_nobody_but_the_issuers_administrator_changes_rules(request, document, who):
    user = request.getfixturevalue(who)
    rule = factories.quota_rule(document, Body.COUNCIL, 30)

    findings = [
        refused(lambda: policy_actions.add_rule(rule=quota(document), seen=1, by=user)),
        refused(lambda: policy_actions.end_rule(rule=rule, seen=1, on=today(), by=user)),
        refused(lambda: policy_actions.end_document(document=document, seen=1, on=today(), by=user)),
    ]

    assert findings == [[("forbidden", "issuer")]] * 3
    assert [(each.pk, each.ends_on) for each in QuotaRule.objects.all()] == [(rule.pk, None)]
