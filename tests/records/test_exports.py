import csv
import hashlib
import io
import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.http import QueryDict
from python_calamine import CalamineWorkbook

from members.models import Person
from portal.accounts.models import Grant
from portal.accounts.roles import FAMILY, LEADER, OFFICE
from portal.audit.models import Look
from portal.inbox.models import Message
from portal.jobs import worker
from portal.jobs.models import Job, JobState
from portal.lib.dates import now
from portal.lib.findings import RuleViolation
from portal.records import export_actions, exporting
from portal.records.export_files import path_of
from portal.records.models import KEPT_FOR, Export
from portal.records.registry import record_type_of
from portal.records.views import exports
from tests import factories

from .conftest import TYPES

PEOPLE = TYPES["people"]
FILES = "/records/exports/"
# What spreadsheets take for a formula, and what OWASP lists of it.
PAYLOADS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.invalid","x")',
    "＝1+1",
    "＋1",
    "'=1+1",
)


@pytest.fixture(autouse=True)
def files_dir(no_broker, settings):
    return settings.FILES_DIR


@pytest.fixture
def three(county):
    return [
        factories.person(county, name=f"名{number}", name_key=f"m{number}", phone="13812345678")
        for number in range(3)
    ]


@pytest.fixture
def long(three, monkeypatch):
    """A list that is too long to be sent at once."""
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    return three


def ask(by, query="", *, format="csv", record_type=PEOPLE):
    made = export_actions.request_export(
        record_type=record_type, query=QueryDict(query), format=format, by=by, request_key=uuid4()
    )
    worker.work(made.job_id)
    return Export.objects.select_related("job").get(pk=made.pk)


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def downloaded(client, export):
    return b"".join(client.get(f"{FILES}{export.pk}/file").streaming_content)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_long_list_is_confirmed_and_made_by_a_worker(client, office, long, format):
    client.force_login(office)
    address = f"/records/people/export.{format}?column=name&column=phone&sort=-name"

    page = client.get(address)
    asked = [client.post(address, dict(page.context["kept"])) for _ in range(2)]
    waiting = client.get(FILES).context["is_moving"]
    export = Export.objects.get()
    worker.work(export.job_id)
    listed = client.get(FILES)

    assert page.context["question"] == "在后台导出 3 条人员记录？"
    assert [answer.url for answer in asked] == [FILES, FILES]
    content = downloaded(client, export)
    rows = (
        read_csv(content)
        if format == "csv"
        else CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    )
    assert rows == [["姓名", "电话"], *([f"名{number}", "138****5678"] for number in (2, 1, 0))]
    export.refresh_from_db()
    assert (waiting, listed.context["is_moving"]) == (True, False)
    assert (export.row_count, export.size) == (3, len(content))
    assert export.sha256 == hashlib.sha256(content).hexdigest()
    assert export.sha256 in listed.content.decode()


@pytest.mark.parametrize(("count", "is_at_once"), [(2, True), (3, False)])
def test_list_is_sent_at_once_up_to_the_limit(client, office, county, monkeypatch, count, is_at_once):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    for number in range(count):
        factories.person(county, name=f"名{number}")
    client.force_login(office)

    assert client.get("/records/people/export.csv").streaming is is_at_once
    assert Job.objects.count() == 0


def test_export_reads_with_the_scope_of_the_moment_that_it_runs(office, three, other_county):
    factories.person(other_county, name="邻县人")
    export = export_actions.request_export(
        record_type=PEOPLE, query=QueryDict(), format="csv", by=office, request_key=uuid4()
    )
    Grant.objects.filter(user=office).delete()
    factories.grant(office, OFFICE, other_county)

    worker.work(export.job_id)

    export.refresh_from_db()
    assert [row[0] for row in read_csv(path_of(export).read_bytes())] == ["姓名", "邻县人"]
    assert export.held == {"view-people": ["360103"]}


def test_export_of_who_lost_the_permission_is_refused(office, three):
    export = export_actions.request_export(
        record_type=PEOPLE, query=QueryDict(), format="csv", by=office, request_key=uuid4()
    )
    Grant.objects.filter(user=office).delete()

    worker.work(export.job_id)

    job = Job.objects.get()
    assert (job.state, job.message) == (JobState.FAILED, "您现在没有查看这个列表的权限，没有导出")
    assert Export.objects.get().has_file is False


@pytest.mark.parametrize("who", ["neighbour", "verifier", "leader"])
def test_file_is_missing_for_everybody_else(client, request, office, three, who):
    export = ask(office)
    client.force_login(request.getfixturevalue(who))

    assert client.get(f"{FILES}{export.pk}/file").status_code == 404
    assert list(client.get(FILES).context["lines"]) == []


def test_file_is_gone_for_the_maker_once_a_place_of_it_is(client, verifier, city, county, three):
    export = ask(verifier)
    Grant.objects.filter(user=verifier).delete()
    factories.grant(verifier, OFFICE, county)
    client.force_login(verifier)

    assert client.get(f"{FILES}{export.pk}/file").status_code == 404


def test_file_is_deleted_after_seven_days(client, office, three, files_dir):
    old, young = ask(office), ask(office)
    Export.objects.filter(pk=old.pk).update(requested_at=now() - KEPT_FOR - timedelta(seconds=1))
    left_behind = files_dir / "exports" / ".draft-x"
    left_behind.write_bytes(b"half")
    os.utime(left_behind, (0, 0))

    cleared = export_actions.clear_outdated(at=now())

    client.force_login(office)
    assert cleared == 1
    assert [path.name for path in (files_dir / "exports").iterdir()] == [path_of(young).name]
    assert client.get(f"{FILES}{old.pk}/file").status_code == 404
    assert downloaded(client, young) == path_of(young).read_bytes()
    assert export_actions.clear_outdated(at=now()) == 0


def test_family_worker_sees_their_export_and_each_look_is_on_record(client, county):
    worker_of_families = factories.user((FAMILY, county), username="family")
    families = [factories.family(county) for _ in range(3)]

    export = ask(worker_of_families, record_type=TYPES["families"])

    client.force_login(worker_of_families)
    assert [each for each, _ in client.get(FILES).context["lines"]] == [export]
    assert Message.objects.get(user=worker_of_families).url == FILES
    assert len(read_csv(downloaded(client, export))) == 4
    assert sorted(Look.objects.values_list("key", "channel")) == [(each.pk, "export") for each in families]


def test_looks_are_on_record_before_a_file_is(county, monkeypatch, files_dir):
    worker_of_families = factories.user((FAMILY, county), username="family")
    factories.family(county)
    seen = []
    monkeypatch.setattr(exporting.os, "replace", lambda *paths: seen.append(Look.objects.count()))

    ask(worker_of_families, record_type=TYPES["families"])

    assert seen == [1]


def test_workbook_that_is_too_small_becomes_csv(client, office, three, monkeypatch):
    monkeypatch.setattr("portal.lib.spreadsheet.MAX_ROWS", 3)

    export = ask(office, "column=name", format="xlsx")

    assert export.format == "csv"
    assert read_csv(path_of(export).read_bytes()) == [["姓名"], ["名0"], ["名1"], ["名2"]]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_nothing_in_an_export_is_live(office, county, format):
    for payload in PAYLOADS:
        factories.person(county, name="某", workplace=payload)

    content = path_of(ask(office, "column=workplace", format=format)).read_bytes()

    if format == "csv":
        with_marks = {row[0] for row in read_csv(content)[1:]}
        assert with_marks == {f"'{payload}" for payload in PAYLOADS}
    else:
        cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert {row[0].replace("_x000D_", "\r") for row in cells[1:]} == set(PAYLOADS)
        # Calamine reads what a formula shows; a formula would be another cell than this text.


def test_export_reads_by_a_cursor_and_tells_how_far_it_is(office, county, monkeypatch):
    monkeypatch.setattr(exporting, "READ_AT_ONCE", 2)
    for number in range(5):
        factories.person(county, name=f"名{number}")
    told = []
    monkeypatch.setattr(
        "portal.jobs.attempts.Attempt.report_progress",
        lambda self, done, total, message="": told.append((done, total)),
    )

    ask(office)

    assert told == [(0, 5), (2, 5), (4, 5)]


def test_eleven_open_exports_are_too_many(office, three, monkeypatch):
    monkeypatch.setattr(export_actions, "MOST_OPEN", 1)
    arguments = {"record_type": PEOPLE, "query": QueryDict(), "format": "csv", "by": office}
    export_actions.request_export(**arguments, request_key=uuid4())

    with pytest.raises(RuleViolation, match="您有 1 项导出正在排队"):
        export_actions.request_export(**arguments, request_key=uuid4())

    assert (Export.objects.count(), Job.objects.count()) == (1, 1)


def test_failed_export_is_tried_again_by_its_maker(client, office, three, neighbour):
    export = ask(office)
    Job.objects.update(state=JobState.FAILED)
    client.force_login(neighbour)
    foreign = client.post(f"{FILES}{export.pk}/retry/")
    client.force_login(office)

    client.post(f"{FILES}{export.pk}/retry/")

    assert (foreign.status_code, Job.objects.get().state) == (404, JobState.WAITING)


def test_second_attempt_of_a_list_that_changed_refuses_with_words(office, three):
    export = export_actions.request_export(
        record_type=PEOPLE, query=QueryDict(), format="csv", by=office, request_key=uuid4()
    )
    Export.objects.update(query="column=gone")

    worker.work(export.job_id)

    assert Job.objects.get().message == "列表已经改变，请重新导出：没有这些列：gone"


@pytest.mark.parametrize("more", [0, 2])
def test_export_page_asks_the_same_queries(client, office, three, more, django_assert_num_queries):
    for _ in range(1 + more):
        ask(office)
    client.force_login(office)

    with django_assert_num_queries(10):
        client.get(FILES)


def test_export_is_missing_for_who_may_see_no_list(client, outsider):
    client.force_login(outsider)

    assert client.get(FILES).status_code == 404
    assert client.post("/records/people/export.csv").status_code == 404
    assert Person.objects.count() == 0


@pytest.mark.parametrize(("columns", "status"), [("column=name", 200), ("column=name&column=phone", 404)])
def test_file_goes_only_to_who_may_still_read_its_columns(client, office, county, columns, status):
    export = ask(office, columns, record_type=record_type_of("associations"))
    Grant.objects.filter(user=office).delete()
    factories.grant(office, LEADER, county)
    client.force_login(office)

    answer = client.get(f"{FILES}{export.pk}/file")
    answer.close()

    assert answer.status_code == status
