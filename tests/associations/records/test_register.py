"""The ledger of associations, their staff and their successions."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from associations.enums import Establishment, Kind
from associations.models import Association, Staffing, Succession
from associations.register import actions as register_actions
from portal.accounts.roles import LEADER, OFFICE
from tests import factories
from tests.records.samples import samples

from .conftest import TYPES, cells, keys

LEDGER = TYPES["associations"]
STAFFING = TYPES["staffing"]
SUCCESSIONS = TYPES["successions"]
FACTS = {
    "address": "某路1号",
    "phone": "079112345678",
    "legal_representative": "某法人",
    "host_body": "某卫健委",
    "party_organisation": "branch",
}


def exported(client, record_type, query):
    text = b"".join(client.get(record_type.url("export_csv"), query).streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def tree(county):
    """A county with a township established, one missing, and a unit."""
    factories.association("360102001", name="公园街道计划生育协会", short_name="公园街道", name_key="gyjd")
    factories.association("360102002", name="墩子塘街道计划生育协会", established_on=None)
    factories.association("360102-0001", name="甲厂计划生育协会", party_organisation="branch")
    return county


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, ["360102", "360102-0001", "360102001", "360102002"]),
        ({"level": "4"}, ["360102001", "360102002"]),
        ({"kind": "enterprise"}, ["360102-0001"]),
        ({"state": "missing"}, ["360102002"]),
        ({"state": "established", "level": "4"}, ["360102001"]),
        ({"state": "established", "level": "4", "on": "1999-12-31"}, []),
        ({"state": "established", "level": "4", "on": "2000-01-01"}, ["360102001"]),
        ({"q": "公园"}, ["360102001"]),
        ({"q": "gyj"}, ["360102001"]),
        ({"q": "36010200"}, ["360102001", "360102002"]),
        ({"under": "360102001"}, ["360102001"]),
        ({"under": "360103"}, []),
        ({"party_organisation": "branch"}, ["360102-0001"]),
        ({"level": "9"}, []),
    ],
)
def test_ledger_keeps_what_the_filters_ask_for(client, office, tree, other_county, query, shown):
    client.force_login(office)

    response = client.get(LEDGER.url("list"), query)

    assert [row[0] for row in cells(response)] == shown


def test_ledger_and_register_understand_the_same_address(client, office, tree):
    client.force_login(office)

    register = client.get(reverse("associations:list"), {"state": "missing", "level": "4", "q": "墩子塘"})
    ledger = client.get(register.context["actions"][0].url)

    assert [row.association.code for row in register.context["rows"]] == ["360102002"]
    assert [row[0] for row in cells(ledger)] == ["360102002"]


def test_ledger_leads_to_the_page_of_the_register(client, office, tree):
    client.force_login(office)

    rows = client.get(LEDGER.url("list"), {"q": "公园"}).context["rows"]

    assert [row.url for row in rows] == ["/associations/360102001/"]


def test_numbers_and_names_are_for_who_may_see_people_there(client, county, other_county):
    Association.objects.update(phone="079112345678", legal_representative="某法人")
    reader = factories.user((OFFICE, county), (LEADER, other_county))
    client.force_login(reader)
    query = {"column": ["code", "phone", "legal_representative"]}

    listed = cells(client.get(LEDGER.url("list"), query))
    table = exported(client, LEDGER, query)

    assert listed == [["360102", "079112345678", "某法人"], ["360103", "", ""]]
    assert table[1:] == listed


def test_history_hides_numbers_and_names_as_the_page_does(client, leader, office, county):
    client.force_login(office)
    client.post(LEDGER.url("edit", county.pk), FACTS | {"seen": "1"})
    before, _ = client.get(LEDGER.url("history", county.pk)).context["changes"][0]
    client.force_login(leader)

    response = client.get(LEDGER.url("history", county.pk))

    newest, restore = response.context["changes"][0]
    labels = {each.label for each in before.differences}
    assert labels == {"地址", "电话", "法定代表人", "日常工作承担单位", "党组织"}
    assert {each.label for each in newest.differences} == labels - {"电话", "法定代表人"}
    assert (restore, "079112345678" in response.text, "某法人" in response.text) == ("", False, False)


def test_clerk_corrects_plain_facts_and_comes_back_to_the_register(client, office, county):
    client.force_login(office)

    response = client.post(LEDGER.url("edit", county.pk), FACTS | {"seen": "1", "name": "别名", "level": "1"})

    county.refresh_from_db()
    assert response.url == f"/associations/360102/?saved=associations-{county.pk}"
    assert {name: getattr(county, name) for name in FACTS} == FACTS
    assert (county.name, county.level, county.version) == ("东湖区计划生育协会", 3, 2)
    assert 'data-draft-saved="associations-' in client.get(response.url).text


def test_form_asks_for_places_only_of_associations_away(client, office, county):
    away = factories.association(
        "360102-0002", kind=Kind.AWAY, home_place="东湖区", host_place="深圳市南山区"
    )
    client.force_login(office)

    plain = client.get(LEDGER.url("edit", county.pk)).context["form"]
    form = client.get(LEDGER.url("edit", away.pk)).context["form"]
    emptied = client.post(LEDGER.url("edit", away.pk), FACTS | {"seen": "1", "home_place": "x"})

    assert "host_place" not in plain.fields
    assert form.initial["host_place"] == "深圳市南山区"
    assert list(emptied.context["form"].errors) == ["host_place"]


def test_stale_correction_shows_both_versions(client, office, verifier, county):
    client.force_login(verifier)
    client.post(LEDGER.url("edit", county.pk), FACTS | {"seen": "1", "address": "先存"})
    client.force_login(office)

    response = client.post(LEDGER.url("edit", county.pk), FACTS | {"seen": "1", "address": "后存"})

    shown = {row.label: (row.saved, row.yours) for row in response.context["versions"] if row.differs}
    assert (response.status_code, shown) == (409, {"地址": ("先存", "后存")})


def test_correction_keeps_a_code_that_moved_meanwhile(verifier, county):
    loaded = Association.objects.get(pk=county.pk)
    Association.objects.filter(pk=county.pk).update(code="360111")
    loaded.address = "某路2号"

    register_actions.correct(loaded, seen=1, by=verifier)

    county.refresh_from_db()
    assert (county.code, county.address, county.version) == ("360111", "某路2号", 2)


def test_bulk_change_reaches_the_marked_associations(client, office, tree):
    client.force_login(office)
    marked = list(Association.objects.filter(code__startswith="36010200").values_list("pk", flat=True))
    change = {"pk": marked, "changed": ["host_body", "phone"], "host_body": "某卫健委", "phone": ""}

    confirm = client.post(LEDGER.url("bulk"), change | {"go": "review"})
    client.post(LEDGER.url("bulk"), change | {"go": "write", "expected": "2"})

    assert confirm.context["consequences"] == [
        "2 条记录的“日常工作承担单位”改为“某卫健委”",
        "2 条记录的“电话”改为“空”",
    ]
    written = Association.objects.filter(host_body="某卫健委").order_by("code").values_list("code", "version")
    assert list(written) == [("360102001", 2), ("360102002", 2)]


def test_restore_takes_the_facts_back_and_leaves_the_rest(client, office, county):
    client.force_login(office)
    client.post(LEDGER.url("edit", county.pk), FACTS | {"seen": "1"})
    Association.objects.filter(pk=county.pk).update(short_name="新简称")
    first = county.events.earliest("pgh_id")

    client.post(LEDGER.url("restore", county.pk, first.pk), {"seen": "2"})

    county.refresh_from_db()
    assert (county.address, county.short_name, county.version) == ("", "新简称", 3)


def test_history_tab_stands_beside_those_of_the_register(client, office, county):
    client.force_login(office)

    tabs = client.get(LEDGER.url("history", county.pk)).context["tabs"]

    assert [(tab.label, tab.is_current) for tab in tabs] == [
        ("基本情况", False),
        ("理事会", False),
        ("改革", False),
        ("历史", True),
    ]


def test_staff_are_registered_ended_corrected_and_deleted(client, office, county):
    client.force_login(office)
    new = f"{STAFFING.url('create')}?association={county.pk}"
    given = {"establishment": "institution", "employment": "full-time", "headcount": "3"}

    backwards = client.post(new, given | {"starts_on": "2020-01-10", "ends_on": "2020-01-09"})
    client.post(new, given | {"starts_on": "2020-01-10", "is_mixed": "on"})
    staffing = Staffing.objects.get()
    client.post(STAFFING.url("end", staffing.pk), {"ends_on": "2021-12-31", "seen": "1"})
    shown = [
        [
            (row.establishment, row.is_mixed)
            for row in client.get(reverse("associations:detail", args=["360102"]), {"on": day}).context[
                "staffing"
            ]
        ]
        for day in ("2020-01-09", "2020-01-10", "2021-12-31", "2022-01-01")
    ]
    deleted = client.post(STAFFING.url("delete", staffing.pk), {"seen": "2"})

    assert "截止日期不能早于起始日期" in backwards.text
    assert shown == [[], [(Establishment.INSTITUTION, True)], [(Establishment.INSTITUTION, True)], []]
    assert (deleted.status_code, Staffing.objects.count()) == (302, 0)


def test_staff_of_a_foreign_association_cannot_be_registered(client, office, other_county):
    client.force_login(office)

    response = client.get(f"{STAFFING.url('create')}?association={other_county.pk}")

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"on": "2020-01-09"}, 0),
        ({"on": "2020-01-10"}, 1),
        ({"establishment": "none"}, 0),
        ({"establishment": "institution", "employment": "full-time"}, 1),
        ({"employment": "hired"}, 0),
        ({"under": "360103"}, 0),
    ],
)
def test_staff_are_found(client, office, county, query, found):
    samples(county)
    client.force_login(office)

    assert len(keys(client.get(STAFFING.url("list"), query))) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 1),
        ({"first": "2020-03-01", "last": "2020-03-01"}, 1),
        ({"first": "2020-03-02"}, 0),
        ({"kind": "rename"}, 1),
        ({"kind": "merge"}, 0),
        ({"q": "旧"}, 1),
        ({"q": "3601"}, 1),
        ({"q": "3602"}, 0),
    ],
)
def test_successions_are_found(client, leader, county, query, found):
    samples(county)
    client.force_login(leader)

    assert len(keys(client.get(SUCCESSIONS.url("list"), query))) == found


def test_succession_is_read_and_never_written(client, verifier, county):
    succession = samples(county)["successions"]
    client.force_login(verifier)

    detail = client.get(SUCCESSIONS.url("detail", succession.pk))
    base = f"/records/successions/{succession.pk}"
    writes = [
        client.post(url).status_code
        for url in (f"{base}/edit/", f"{base}/delete/", "/records/successions/new/", f"{base}/history/1/")
    ]
    history = client.get(SUCCESSIONS.url("history", succession.pk)).context["changes"]

    assert [action.label for action in detail.context["actions"]] == ["查看协会"]
    assert writes == [404] * 4
    assert [restore for _, restore in history] == [""]
    assert Succession.objects.get().on == date(2020, 3, 1)


@pytest.mark.parametrize("slug", ["associations", "staffing", "successions"])
def test_lists_ask_the_same_queries_for_one_row_and_for_three(
    client, office, county, slug, django_assert_num_queries
):
    client.force_login(office)
    url = TYPES[slug].url("list")
    samples(county)
    with django_assert_num_queries(11):
        one = client.get(url)
    for number in (1, 2):
        samples(factories.association(f"36010200{number}"))

    with django_assert_num_queries(11):
        three = client.get(url)

    assert (len(keys(one)), len(keys(three))) == (1, 3)
