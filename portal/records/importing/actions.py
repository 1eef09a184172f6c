"""Writes of imports: a file is sent, judged, confirmed, written, taken back."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from portal.accounts.models import User
from portal.jobs.actions import enqueue
from portal.jobs.actions import retry as retry_job
from portal.records.files import clean_name
from portal.records.models import KEPT_FOR
from portal.records.saving import refusal
from portal.records.types import rows_of

from .checking import Verdict
from .enums import BatchState
from .models import ImportBatch
from .queries import Obstacle
from .sealed_files import remove, remove_leftovers, store_sealed
from .types import ImportType

CHECK_JOB = "import-check"
WRITE_JOB = "import-write"
UNDO_JOB = "import-undo"
SHOWN_FAULTS = 50


def upload(*, import_type: ImportType, file: UploadedFile, by: User) -> ImportBatch:
    """Keep a file and have it checked; the batch hangs on where the user's day begins.

    Raises: RuleViolation for a file that is empty or too large, or if the disk is full.
    """
    code = by.home_code(import_type.edit_permission)
    if not code:
        raise refusal("您没有可以导入这类档案的协会", code="forbidden", field="type")
    if not file.size:
        raise refusal("文件是空的，请检查后重新上传", code="file-empty", field="file")
    if file.size > settings.MAX_FILE_BYTES:
        limit = settings.MAX_FILE_BYTES // 1024**2
        raise refusal(f"文件超过 {limit} MB，请分成几个文件上传", code="file-size", field="file")
    content = file.read()
    with transaction.atomic():
        batch = ImportBatch(
            type=import_type.slug,
            permission=import_type.edit_permission,
            created_by=by,
            name=clean_name(file.name or ""),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            file_key=store_sealed(content),
        )
        places = rows_of(ImportBatch._meta.get_field("association").related_model)
        batch.association = places.visible_to(by, import_type.edit_permission).get(code=code)
        _start(batch, CHECK_JOB, title=f"检查导入文件：{import_type.label}", by=by)
    return batch


@transaction.atomic
def check_again(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Have a file judged anew that was found wrong, or whose check or import failed.

    Raises: RuleViolation when it is being worked on or was written.
    """
    locked = _locked(batch, by=by)
    is_judged = locked.state in (BatchState.INVALID, BatchState.READY)
    if not is_judged and not (locked.has_failed and locked.written_at is None):
        raise refusal("该文件正在处理或已经导入，不能重新检查", code="not-failed")
    _require_file(locked)
    locked.state = BatchState.CHECKING
    _start(locked, CHECK_JOB, title=f"检查导入文件：{locked.label}", by=by)
    return locked


@transaction.atomic
def confirm(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Have a checked file written; asked again, it changes nothing.

    Raises: RuleViolation for a file that was not found sound.
    """
    locked = _locked(batch, by=by)
    if locked.state in (BatchState.CHECKING, BatchState.INVALID):
        raise refusal("文件尚未检查通过，不能导入", code="not-ready")
    if locked.state == BatchState.READY:
        _require_file(locked)
        locked.state = BatchState.WRITING
        _start(locked, WRITE_JOB, title=f"导入{locked.label}", by=by)
    return locked


@transaction.atomic
def undo(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Have a written batch taken back; whether it can be is judged again, under locks, when it is done.

    Raises: RuleViolation for a batch that was not written.
    """
    locked = _locked(batch, by=by)
    if locked.state == BatchState.UNDOING and locked.job and locked.has_failed:
        retry_job(job=locked.job)
    elif locked.state == BatchState.DONE:
        locked.state = BatchState.UNDOING
        _start(locked, UNDO_JOB, title=f"撤销导入{locked.label}", by=by)
    elif locked.state not in (BatchState.UNDOING, BatchState.UNDONE):
        raise refusal("只有已完成的导入才能撤销", code="not-done")
    return locked


def keep_verdict(batch: ImportBatch, verdict: Verdict) -> None:
    """Put down what a file came to, in the transaction that ends the check."""
    tally = verdict.tally
    batch.created_count, batch.changed_count = tally.created, tally.changed
    batch.same_count, batch.wrong_count = tally.same, tally.wrong
    batch.faults = [asdict(fault) for fault in verdict.faults[:SHOWN_FAULTS]]
    batch.state = BatchState.READY if verdict.is_sound else BatchState.INVALID
    outdated, batch.errors_key = batch.errors_key, ""
    if verdict.book is not None:
        batch.errors_key = store_sealed(verdict.book)
    batch.save()
    transaction.on_commit(partial(remove, outdated))


def keep_written(batch: ImportBatch, *, at: datetime) -> None:
    """Put down that a batch was written, in the transaction that wrote it; its file is needed no longer."""
    batch.state, batch.written_at = BatchState.DONE, at
    drop_files(batch)


def drop_files(batch: ImportBatch) -> None:
    """Save a batch without its files, and without the cells that its faults quote."""
    keys = batch.file_key, batch.errors_key
    batch.file_key, batch.errors_key, batch.faults = "", "", []
    batch.save()
    transaction.on_commit(partial(remove, *keys))


def clear_outdated(*, at: datetime) -> None:
    """Remove the files that were kept for seven days, whatever became of them."""
    outdated = ImportBatch.objects.scoped().with_files().filter(created_at__lt=at - KEPT_FOR)
    with transaction.atomic():
        for batch in outdated.select_for_update(no_key=True).order_by("pk"):
            drop_files(batch)
    remove_leftovers(before=at - KEPT_FOR)


def keep_undone(batch: ImportBatch, *, at: datetime) -> None:
    """Put down that a batch was taken back, in the transaction that did it."""
    batch.state, batch.undone_at, batch.faults = BatchState.UNDONE, at, []
    batch.save()


def keep_obstacles(batch: ImportBatch, obstacles: Sequence[Obstacle]) -> None:
    """Put down why a batch stays written."""
    batch.state = BatchState.DONE
    batch.faults = [
        {"row": each.line, "header": "", "message": each.message} for each in obstacles[:SHOWN_FAULTS]
    ]
    batch.save()


def _require_file(batch: ImportBatch) -> None:
    if not batch.file_key:
        raise refusal("文件已按期删除，请重新上传", code="file-removed")


def _start(batch: ImportBatch, kind: str, *, title: str, by: User) -> None:
    # Named for the job before it, so that whoever asks twice about the same state gets the same job.
    batch.job = enqueue(
        kind=kind,
        key=f"{kind}:{batch.pk}:{batch.job_id or ''}",
        arguments={"title": title, "batch": str(batch.pk)},
        association=batch.association,
        by=by,
    )
    batch.save()


def _locked(batch: ImportBatch, *, by: User) -> ImportBatch:
    # Not against the keys of new rows: a worker that writes this batch must not hold up whoever asks again.
    rows = ImportBatch.objects.visible_to(by).filter(pk=batch.pk)
    locked = (
        rows.select_related("association", "job", "created_by")
        .select_for_update(of=("self",), no_key=True)
        .first()
    )
    if locked is None:
        raise refusal("没有这次导入，或您无权办理", code="missing")
    return locked
