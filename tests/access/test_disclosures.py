"""Every list with personal data that leaves is on record before it does; where that fails nothing leaves."""

import csv
import io
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client

from portal.audit.models import Disclosure
from portal.records.registry import registered
from portal.records.types import RecordType

from .test_related_names import record_in

UNDER = "under=360102"
OVER_REST = [each for each in registered() if each.slug != "associations"]
PERSONAL = [each for each in registered() if each.is_personal]
FREE = [each for each in registered() if not each.is_personal]


@pytest.fixture
def deaf(here):
    """The record of what leaves takes no more rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no space'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER deaf BEFORE INSERT ON audit_disclosure"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()"
        )


def browser(here, record_type: RecordType) -> Client:
    return here.client("family" if record_type.is_sensitive else "office")


def ways_out(record_type: RecordType, record: Model) -> Iterator[tuple[str, str]]:
    """Yield every address that sends the type's data, with the filter that it should leave on record."""
    for suffix in ("csv", "xlsx"):
        yield f"{record_type.url(f'export_{suffix}')}?{UNDER}", UNDER
    if record_type in OVER_REST:
        yield f"/api/v1/{record_type.slug}/?{UNDER}", UNDER
        yield f"/api/v1/{record_type.slug}/{record.pk}/", f"id={record.pk}"


def content_of(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def count_in(response, address: str) -> int | None:
    """Count the rows of an answer; those of a workbook are as many as those of the text."""
    content = content_of(response)
    if "csv" in address:
        return len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) - 1
    if "xlsx" in address:
        return None
    return len(response.json().get("results", [response]))


@pytest.mark.parametrize("record_type", PERSONAL, ids=lambda each: each.slug)
def test_each_way_out_leaves_one_row(here, record_type):
    client = browser(here, record_type)
    record = record_in(here.places["own"], record_type)
    counts = set()

    for address, query in ways_out(record_type, record):
        known = set(Disclosure.objects.values_list("pk", flat=True))
        response = client.get(address)
        count = count_in(response, address)

        (row,) = Disclosure.objects.exclude(pk__in=known)
        channel = "api" if address.startswith("/api/") else "export"
        assert (row.kind, row.channel, row.query) == (record_type.slug, channel, query)
        assert count in (None, row.row_count)
        counts.add(row.row_count)

    assert min(counts) > 0


@pytest.mark.parametrize("record_type", PERSONAL, ids=lambda each: each.slug)
def test_nothing_leaves_unrecorded(here, deaf, record_type):
    client = browser(here, record_type)
    record = record_in(here.places["own"], record_type)

    answers = [client.get(address) for address, _ in ways_out(record_type, record)]

    assert {answer.status_code for answer in answers} == {503}
    assert [answer for answer in answers if str(record).encode() in content_of(answer)] == []


@pytest.mark.parametrize("record_type", FREE, ids=lambda each: each.slug)
def test_what_is_about_nobody_leaves_no_row(here, record_type):
    client = browser(here, record_type)
    record = record_in(here.places["own"], record_type)

    sent = [content_of(client.get(address)) for address, _ in ways_out(record_type, record)]

    assert all(sent)
    assert not Disclosure.objects.exists()


def test_what_people_typed_stands_masked(here):
    here.client("office").get("/api/v1/people/?q=王小明&sex=male&association=360102001")

    (row,) = Disclosure.objects.values_list("query", "row_count", "association_code")
    assert row == ("q=王**&sex=male&association=360102001", 0, "360102001")


def test_council_by_name_is_on_record(here):
    answer = here.client("office").get("/api/v1/associations/360102/council/?on=2021-06-30")

    count = sum(len(post["occupants"]) for post in answer.json()["posts"])
    (row,) = Disclosure.objects.values_list("kind", "channel", "row_count", "query", "association_code")
    assert row == ("council", "api", count, "on=2021-06-30", "360102")
    assert count > 0


def test_finished_export_is_on_record_each_time_it_is_fetched(here):
    export = here.places["own"].records["export"]
    type(export).objects.filter(pk=export.pk).update(
        slug="people", held={"view-people": ["360102"]}, query="sex=male"
    )

    for path in (f"/records/exports/{export.pk}/file", f"/api/v1/exports/{export.pk}/file/"):
        content_of(here.client("office").get(path))

    rows = Disclosure.objects.values_list("kind", "channel", "row_count", "query", "association_code")
    assert list(rows) == [("people", "download", 1, "sex=male", "360102")] * 2


def test_workbook_of_errors_is_on_record(here):
    batch = here.places["own"].import_batch
    type(batch).objects.scoped().filter(pk=batch.pk).update(wrong_count=3)

    for path in (f"/imports/{batch.pk}/errors.xlsx", f"/api/v1/imports/{batch.pk}/errors/"):
        content_of(here.client("office").get(path))

    rows = Disclosure.objects.values_list("kind", "channel", "row_count", "association_code")
    assert list(rows) == [("memberships", "errors", 3, "360102")] * 2


@pytest.mark.parametrize("name", ["", "looks/", "disclosures/", "sign-ins/"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_lists_of_the_trail_are_on_record(here, name, suffix):
    path = f"/audit/{name}export.{suffix}?under=360102" + ("&kind=members.person" if not name else "")

    content_of(here.client("auditor").get(path))

    (row,) = Disclosure.objects.values_list("kind", "channel", "association_code")
    assert row == (name.removesuffix("/") or "trail", "trail", "360102")


def test_auditor_finds_who_took_what(here):
    here.client("office").get("/api/v1/people/?sex=female")

    page = here.client("auditor").get("/audit/disclosures/?channel=api")

    (row,) = page.context["rows"]
    count = Disclosure.objects.get().row_count
    assert row[1:] == ["office（office）", "接口", "人员", str(count), "sex=female", "360102", ""]
