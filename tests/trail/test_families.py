"""What the trail tells of families: to an auditor that one changed, to who may see it whom and what."""

import pytest
from django.test import Client

from members.models import Family
from portal.accounts.roles import AUDITOR, FAMILY
from portal.audit.models import Disclosure, Look
from tests import factories
from tests.records.samples import samples

HOUSEHOLDER, NEEDS = "canary-householder-end", "canary-needs-end"
KINDS = ("members.family", "members.familymember", "members.familyvisit")
REASON = {"cause": "审计检查", "detail": "年度专项审计"}
FILE = "/audit/export.csv?kind=members.family"


@pytest.fixture
def family(county):
    records = samples(county)
    Family.objects.filter(pk=records["families"].pk).update(householder=HOUSEHOLDER, needs=NEEDS)
    type(records["family-members"]).objects.update(name="canary-member-end", note="canary-note-end")
    return records["families"]


@pytest.fixture
def officer(county):
    """An auditor who looks after families, too."""
    return factories.user((AUDITOR, county), (FAMILY, county), username="officer", association=county)


def browser(user) -> Client:
    return factories.verified(Client(), user)


def content_of(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode()


def pages(client) -> list[str]:
    paths = ["/audit/", *(f"/audit/?kind={kind}" for kind in KINDS)]
    return [content_of(client.get(path)) for path in paths]


def test_auditor_is_told_that_a_family_changed_and_in_what(auditor, family):
    client = browser(auditor)

    newest, *_ = client.get("/audit/?kind=members.family").context["rows"]
    entry = newest[0]

    assert (entry.what, entry.name) == ("修改", f"帮扶家庭{family.pk}")
    assert {(each.label, each.before, each.after) for each in entry.differences} == {
        ("户主", "", ""),
        ("需求", "", ""),
    }
    assert not Look.objects.exists()


def test_auditor_is_shown_no_name_and_no_value_of_a_family(auditor, family):
    client = browser(auditor)

    texts = [*pages(client), content_of(client.post(FILE, REASON))]

    assert [text for text in texts if "canary" in text or "某家庭户主" in text] == []
    assert "户主；需求" in texts[-1]


def test_who_may_see_the_family_is_shown_whom_and_what(officer, family):
    client = browser(officer)

    page = content_of(client.get("/audit/?kind=members.family"))
    file = content_of(client.post(FILE, REASON))

    for text in (page, file):
        assert HOUSEHOLDER in text
        assert NEEDS in text


def test_each_of_those_looks_is_on_record(officer, family):
    client = browser(officer)

    client.get("/audit/?kind=members.family")
    content_of(client.post(FILE, REASON))

    looks = Look.objects.order_by("pk").values_list("user", "model", "key", "association_code", "channel")
    of_family = (officer.pk, "members.family", family.pk, "360102")
    versions = family.events.count()
    assert list(looks) == [(*of_family, "page")] * versions + [(*of_family, "export")] * versions


@pytest.mark.parametrize("path", ["/audit/export.csv", "/audit/export.xlsx", FILE])
def test_file_with_families_takes_a_second_factor(client, auditor, family, path):
    client.force_login(auditor)

    answers = [client.get(path), client.post(path, REASON)]

    places = [(each.status_code, each.url.split("?")[0]) for each in answers]
    assert places == [(302, "/accounts/second-factor/enrol/")] * 2
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize(
    "sent", [{}, {"cause": "审计检查"}, {"cause": "审计检查", "detail": "核对13812345678的变更"}]
)
def test_file_with_families_takes_a_reason(auditor, family, sent):
    client = browser(auditor)

    answers = [client.get(FILE), client.post(FILE, sent)]

    assert [each.templates[0].name for each in answers] == ["trail/reason.html"] * 2
    assert not Disclosure.objects.exists()


def test_reason_is_on_record_with_the_file(auditor, family):
    content_of(browser(auditor).post(FILE, REASON))

    (row,) = Disclosure.objects.values_list(
        "user", "kind", "channel", "row_count", "query", "association_code", "purpose"
    )
    said = (family.events.count(), "kind=members.family", "360102", "审计检查，年度专项审计")
    assert row == (auditor.pk, "trail", "trail", *said)
