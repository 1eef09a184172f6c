"""The list of changes: what it says, and of whom it does not speak."""

import csv
import io
from datetime import date, timedelta

import pghistory
import pytest
from django.apps import apps
from django.db import connection

from associations.enums import Milestone, MilestoneStep
from members.models import Membership, Person
from portal.accounts.roles import AUDITOR, OFFICE
from portal.lib.dates import today
from portal.records.history_queries import OUT_OF_SCOPE
from portal.trail.kinds import kinds
from tests import factories
from tests.access.test_canaries import text_fields
from tests.records.samples import samples

ONE_DAY = timedelta(days=1)


def entries(response):
    return [entry for entry, _ in response.context["rows"]]


def said(entry) -> dict[str, tuple[str, str]]:
    return {each.label: (each.before, each.after) for each in entry.differences}


@pytest.fixture
def person(county, office):
    """Somebody whom the clerk renamed, for a purpose, from a machine."""
    made = factories.person(county, name="原名", phone="13800005678")
    with pghistory.context(user=office.pk, purpose="更正", address="10.0.0.8"):
        Person.objects.filter(pk=made.pk).update(name="新名", phone="13811115678", version=2)
    return made


def test_entry_says_who_did_what_when_and_from_where(asked, person, office, county):
    newest, first = entries(asked(kind="members.person"))

    assert (newest.who, newest.what, newest.name) == ("office（office）", "修改", "新名")
    assert (newest.version.kind.label, newest.version.purpose, newest.version.address) == (
        "人员",
        "更正",
        "10.0.0.8",
    )
    assert (newest.place, newest.code) == ("东湖区计划生育协会", "360102")
    assert said(newest) == {"姓名": ("原名", "新名"), "电话": ("138****5678", "138****5678")}
    assert (first.who, first.what, first.name) == ("系统", "新增", "原名")
    assert said(first)["登记协会"] == ("", "东湖区计划生育协会")


def test_page_shows_it_in_words(asked, person):
    page = asked(kind="members.person").content.decode()

    assert "<del>原名</del> → <ins>新名</ins>" in page
    assert "13811115678" not in page


def test_deleted_record_is_still_found(asked, person):
    key = person.pk
    Person.objects.filter(pk=key).delete()

    newest, *_ = entries(asked(kind="members.person", record=key))

    assert (newest.what, newest.name, said(newest)["姓名"]) == ("删除", "新名", ("新名", ""))


def test_child_deleted_with_its_parent_is_still_found(asked, county):
    records = samples(county)
    key = records["family-visits"].pk
    for slug in ("visits", "members", "contacts", "insurances", "help"):
        records[f"family-{slug}"].delete()
    for slug in ("doctor-contracts", "hospital-passes", "families"):
        records[slug].delete()

    found = entries(asked(kind="members.familyvisit", record=key))

    assert [(entry.what, entry.code) for entry in found] == [("删除", "360102"), ("新增", "360102")]


@pytest.mark.parametrize("code", ["360102", "36"])
def test_every_kind_of_record_is_told_of_in_every_reach(client, county, province, code):
    places = {"360102": county, "36": province}
    client.force_login(factories.user((AUDITOR, places[code]), association=places[code]))
    samples(county)
    term = factories.term(county)
    factories.seat(term)
    factories.milestone_step(county, Milestone.PLAN_ISSUED, MilestoneStep.STARTED, date(2021, 1, 1))
    document = factories.policy(county)
    factories.quota_rule(document, "council", 30)

    found = set()
    after = ""
    while True:
        page = client.get("/audit/", {"after": after} if after else {})
        found |= {entry.version.kind.code for entry in entries(page)}
        if not page.context["next_url"]:
            break
        after = page.context["rows"][-1][0].version.edge

    assert found >= {
        "accounts.grant", "accounts.user", "associations.association", "associations.milestoneevent",
        "associations.policydocument", "associations.quotarule", "members.appointment",
        "members.contacthousehold",
        "members.doctorcontract", "members.family", "members.familycontact", "members.familyhelp",
        "members.familyinsurance", "members.familymember", "members.familyvisit", "members.hospitalpass",
        "members.householdvisit", "members.membergroup", "members.memberorganisation", "members.membership",
        "members.person", "members.servicerecord", "members.term", "members.volunteer",
        "members.volunteercontract", "members.volunteerrating", "members.volunteertraining",
    }  # fmt: skip


def test_every_tracked_model_has_an_owner():
    tracked = {model._meta.label_lower for model in apps.get_models() if hasattr(model, "pgh_event_models")}

    assert tracked - {kind.code for kind in kinds()} == set()


def test_pages_follow_each_other_without_gap_or_repeat(asked, county):
    Person.objects.bulk_create(
        [
            Person(association=county, name=f"人员{number:03}", name_key="", sex="female")
            for number in range(120)
        ]
    )
    pages, query = [], {}
    while True:
        page = asked(kind="members.person", **query)
        pages.append([entry.version.key for entry in entries(page)])
        if not page.context["next_url"]:
            break
        query = {"after": str(entries(page)[-1].version.edge)}
    back = asked(kind="members.person", before=str(entries(page)[0].version.edge))

    assert [len(keys) for keys in pages] == [50, 50, 20]
    whole = [key for keys in pages for key in keys]
    assert whole == sorted(set(whole), reverse=True)
    assert [entry.version.key for entry in entries(back)] == pages[1]


def test_moment_shared_by_many_tables_is_paged_through(client, province, county):
    client.force_login(factories.user((AUDITOR, province), association=province))
    samples(county)
    for _ in range(20):
        factories.family(county)
        factories.membership(county)
        factories.volunteer(county)
    seen, query = [], {}
    while True:
        page = client.get("/audit/", query)
        seen += [(entry.version.kind.code, entry.version.key) for entry in entries(page)]
        if not page.context["next_url"]:
            break
        query = {"after": str(entries(page)[-1].version.edge)}

    with connection.cursor() as cursor:
        total = 0
        for kind in kinds():
            table = kind.versions or kind.model._meta.db_table
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            total += cursor.fetchone()[0]
    # Users without an association are nobody's.
    assert len(seen) == len(set(seen)) == total


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"action": "update"}, ["修改"]),
        ({"action": "delete"}, []),
        ({"who": "office"}, ["修改"]),
        ({"who": "某姓名"}, []),
        ({"under": "360102"}, ["修改", "新增"]),
        ({"under": "360102001"}, []),
        ({"under": "360103"}, []),
        ({"under": "36"}, ["修改", "新增"]),
        ({"since": today().isoformat()}, ["修改", "新增"]),
        ({"since": (today() + ONE_DAY).isoformat()}, []),
        ({"until": today().isoformat()}, ["修改", "新增"]),
        ({"until": (today() - ONE_DAY).isoformat()}, []),
        ({"since": "2021-02-01", "until": "2021-01-31"}, []),
        ({"since": "morgen"}, []),
        ({"record": "0"}, []),
    ],
)
def test_filter_keeps_what_it_says(asked, person, query, found):
    assert [entry.what for entry in entries(asked(kind="members.person", **query))] == found


def test_name_of_an_acting_person_finds_what_they_did(asked, person, office):
    type(office).objects.filter(pk=office.pk).update(name="某经办人")

    (entry,) = entries(asked(kind="members.person", who="某经办人"))

    assert entry.who == "某经办人（office）"


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "members.other"},
        {"colour": "red"},
        {"after": "x"},
        {"after": "2021-01-01T00:00:00+08:00~members.person~99999999999999999999"},
        {"after": "2021-01-01~members.person~1"},
        {"before": "0001-01-01T00:00:00+08:00~members.person~1"},
        {"who": "\x00"},
    ],
)
def test_nonsense_is_refused(asked, query):
    assert asked(**query).status_code == 400


def test_neighbour_is_not_told_of(asked, person, other_county, county):
    """Not by rows, not by names before and after, not by what rows refer to."""
    for model, record in {type(each): each for each in samples(other_county).values()}.items():
        model.objects.filter(pk=record.pk).update(**text_fields(model))
    stranger = factories.person(other_county, name="canary-person-name-end")
    Membership.objects.filter(person__association=county).delete()
    group = samples(county)["groups"]
    type(group).objects.filter(pk=group.pk).update(leader=stranger)
    type(other_county).objects.filter(pk=other_county.pk).update(name="canary-association-name-end")
    Person.objects.filter(pk=person.pk).update(association=other_county)
    Person.objects.filter(pk=person.pk).update(association=county)

    bodies = [
        asked(**query).content.decode()
        for query in ({}, {"kind": "members.person"}, {"kind": "members.membergroup"})
    ]
    files = [
        b"".join(asked("/audit/export.csv", kind=kind).streaming_content).decode()
        for kind in ("members.person", "members.membergroup")
    ]

    assert [body for body in [*bodies, *files] if "canary" in body] == []
    (change, *_) = [entry for entry in entries(asked(kind="members.membergroup")) if entry.what == "修改"]
    assert said(change) == {"组长": ("", OUT_OF_SCOPE)}


@pytest.mark.parametrize(
    "path", ["/audit/", "/audit/looks/", "/audit/disclosures/", "/audit/sign-ins/", "/audit/export.csv"]
)
@pytest.mark.parametrize("who", ["office", "leader", "outsider"])
def test_others_find_no_such_page(client, request, path, who):
    client.force_login(request.getfixturevalue(who))

    assert client.get(path).status_code == 404


def test_page_costs_the_same_for_one_row_and_many(asked, county, django_assert_max_num_queries):
    def questions():
        with django_assert_max_num_queries(15) as done:
            assert asked(kind="members.appointment").status_code == 200
        # How often the history is told who acts depends on what else the transaction of the test wrote.
        return [query for query in done.captured_queries if "pghistory.context_id" not in query["sql"]]

    term = factories.term(county)
    # Made after a request, so that it bears its user like those that follow.
    asked()
    factories.seat(term)
    few = questions()
    for _ in range(20):
        factories.seat(term)

    assert len(questions()) == len(few)


def test_page_of_all_kinds_costs_little_more(asked, county, django_assert_max_num_queries):
    samples(county)
    factories.seat(factories.term(county))
    factories.quota_rule(factories.policy(county), "council", 30)

    with django_assert_max_num_queries(15):
        kinds_shown = {entry.version.kind.code for entry in entries(asked())}

    assert len(kinds_shown) > 20


def test_csv_holds_what_the_page_shows(asked, person):
    response = asked("/audit/export.csv", kind="members.person")

    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert rows[1][1:4] == ["office（office）", "修改", "人员"]
    assert rows[1][4:] == [
        "新名", str(person.pk), "东湖区计划生育协会", "360102",
        "姓名：原名 → 新名；电话：138****5678 → 138****5678", "更正", "10.0.0.8",
    ]  # fmt: skip
    assert len(rows) == 3


def test_long_export_says_that_it_was_cut(asked, person, monkeypatch):
    monkeypatch.setattr("portal.trail.exports.MOST", 1)
    monkeypatch.setattr("portal.trail.files.MOST", 1)

    response = asked("/audit/export.csv", kind="members.person")

    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert [row[2] for row in rows] == ["操作", "修改", ""]
    assert rows[2][0].startswith("只导出了最新的")


def test_workbook_is_sent(asked, person):
    response = asked("/audit/export.xlsx", kind="members.person")

    assert b"".join(response.streaming_content)[:2] == b"PK"


def test_menu_leads_to_the_trail(client, auditor, office):
    client.force_login(auditor)
    assert 'href="/audit/"' in client.get("/associations/").content.decode()
    client.force_login(office)
    assert 'href="/audit/"' not in client.get("/associations/").content.decode()


def test_grant_names_role_and_user(asked, county, office):
    (entry, *_) = [each for each in entries(asked(kind="accounts.grant")) if "办公室" in each.name]

    assert entry.name == "办公室 东湖区计划生育协会"
    assert said(entry)["user"] == ("", "office")
    assert OFFICE.name in entry.name
