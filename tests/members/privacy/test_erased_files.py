"""Exports, imports and saved conditions that hold an erased person, finished or under way."""

from urllib.parse import quote_plus
from uuid import uuid4

import pytest
from django.http import QueryDict

from portal.accounts.roles import Permission
from portal.jobs import broker, worker
from portal.jobs.models import Job
from portal.lib.findings import RuleViolation
from portal.records.export_actions import keep, request_export
from portal.records.export_files import folder, name_of, path_of
from portal.records.exporting import MadeFile
from portal.records.importing import checking
from portal.records.importing.sealed_files import store_sealed
from portal.records.models import Export, ImportBatch, ImportedRow, SavedFilter
from portal.records.registry import record_type_of
from tests.records.importing.steps import file_of, uploaded

from .conftest import CANARIES
from .traces import PERSON_TEXTS, post, traces


def test_files_and_conditions_about_the_person_are_taken_out(clerk, office, changed, files):
    clerk.get("/records/people/")
    job = Job.objects.create(kind="export", key="e", association=changed.association)
    export = Export.objects.create(
        user=office,
        job=job,
        slug="people",
        query=f"q={quote_plus(CANARIES['name'])}",
        format="csv",
        sha256="0" * 64,
        size=1,
        row_count=1,
    )
    kept = Export.objects.create(
        user=office,
        job=Job.objects.create(kind="export", key="f", association=changed.association),
        slug="terms",
        format="csv",
        sha256="1" * 64,
        size=1,
        row_count=1,
    )
    for each in (export, kept):
        path_of(each).parent.mkdir(parents=True, exist_ok=True)
        path_of(each).write_text("x")
    path_of(export).write_text(CANARIES["name"])
    SavedFilter.objects.create(user=office, slug="people", name="某筛选", query=export.query)

    post(clerk, changed)

    export.refresh_from_db()
    assert (export.has_file, export.query, path_of(export).exists(), path_of(kept).exists()) == (
        False,
        "",
        False,
        True,
    )
    assert not SavedFilter.objects.exists()
    assert traces(PERSON_TEXTS | {quote_plus(CANARIES["name"])}, files) == set()


def test_imported_file_and_its_old_values_are_taken_out(clerk, office, changed, files):
    file_key = store_sealed(CANARIES["name"].encode())
    batch = ImportBatch.objects.create(
        type="people",
        permission="edit-records",
        association=changed.association,
        created_by=office,
        name=f"{CANARIES['name']}.xlsx",
        size=2,
        file_key=file_key,
        sha256="2" * 64,
        state="invalid",
        faults=[{"row": 1, "header": "", "message": CANARIES["phone"]}],
    )
    row = ImportedRow.objects.create(
        batch=batch,
        line=2,
        model="members.person",
        key=changed.pk,
        version=1,
        before={"phone": CANARIES["phone"]},
    )

    post(clerk, changed)

    row.refresh_from_db()
    batch.refresh_from_db()
    assert (row.before, batch.file_key, batch.name) == ({}, "", "已删除.xlsx")
    assert traces(PERSON_TEXTS, files) == set()


def test_export_that_waits_or_runs_is_taken_out(clerk, office, changed, files, monkeypatch):
    monkeypatch.setattr(broker, "wake", lambda job_ids: None)
    waiting, running = (
        request_export(
            record_type=record_type_of("people"),
            query=QueryDict(f"q={CANARIES['name']}"),
            format="csv",
            by=office,
            request_key=uuid4(),
        )
        for _ in range(2)
    )
    made = MadeFile(format="csv", row_count=1, size=1, sha256="3" * 64)
    draft = folder() / name_of(running, made.sha256)
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(CANARIES["name"])

    post(clerk, changed)
    worker.work(waiting.job_id)
    with pytest.raises(RuleViolation, match="请重新导出"):
        keep(export=running, made=made, held={Permission.VIEW_PEOPLE: ["360102"]})

    waiting.job.refresh_from_db()
    assert (waiting.job.state, waiting.job.message) == (
        "failed",
        "其间有个人信息被删除，这次导出已作废，请重新导出",
    )
    assert not draft.exists()
    assert [export.has_file for export in Export.objects.all()] == [False, False]
    assert traces(PERSON_TEXTS, files) == set()


def test_check_that_runs_through_an_erasure_keeps_nothing(clerk, office, changed, files, monkeypatch):
    monkeypatch.setattr(broker, "wake", lambda job_ids: None)
    content = file_of("people", [{"协会代码": "360199", "姓名": CANARIES["name"]}])
    batch = uploaded(office, "people", content)
    judged = checking.judged

    def erased_meanwhile(*arguments, **options):
        verdict = judged(*arguments, **options)
        post(clerk, changed)
        return verdict

    monkeypatch.setattr(checking, "judged", erased_meanwhile)
    worker.work(batch.job_id)

    batch.refresh_from_db()
    assert (batch.file_key, batch.errors_key, batch.faults, batch.state) == ("", "", [], "checking")
    assert traces(PERSON_TEXTS, files) == set()
