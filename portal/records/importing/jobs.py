from io import BytesIO

import pghistory

from portal.jobs.attempts import Attempt
from portal.jobs.registry import job
from portal.lib.dates import now, today
from portal.lib.sealed import SealError
from portal.records.saving import refusal

from . import actions, checking, matching, writing
from .enums import BatchState
from .models import ImportBatch
from .plans import Context
from .queries import obstacles_to_undo
from .registry import type_of
from .sealed_files import opened
from .undoing import take_back


@job(actions.CHECK_JOB)
def check(attempt: Attempt) -> None:
    batch = _batch_of(attempt)
    context = _context(batch, locks=False)

    def progress(done: int) -> None:
        # How many there are is known at the end only: a table is read once.
        attempt.report_progress(done, 2 * done, f"已检查 {done} 行")

    attempt.report_progress(0, 1, "正在检查文件")
    verdict = checking.judged(
        _file_of(batch), type_of(batch.type), context, at=batch.created_at, progress=progress
    )
    with attempt.finishing():
        batch = _still(batch, BatchState.CHECKING)
        actions.keep_verdict(batch, matching.answered(batch, verdict, at=now()))


@job(actions.WRITE_JOB)
def write(attempt: Attempt) -> None:
    batch = _batch_of(attempt)
    import_type = type_of(batch.type)
    attempt.report_progress(1, 2, f"正在写入 {batch.row_count} 行")
    # Read through and copied before the transaction begins, which then never waits for the file.
    with (
        checking.opened_table(_file_of(batch), import_type) as table,
        attempt.finishing(),
        _history(batch),
    ):
        writing.write_table(table, import_type, _context(batch, locks=True), batch=batch)
        actions.keep_written(_still(batch, BatchState.WRITING), at=now())


@job(actions.UNDO_JOB)
def undo(attempt: Attempt) -> None:
    batch = _batch_of(attempt)
    import_type = type_of(batch.type)
    attempt.report_progress(1, 2, "正在撤销")
    with attempt.finishing(), _history(batch, "撤销"):
        obstacles = obstacles_to_undo(batch, import_type, _context(batch, locks=True))
        if obstacles:
            actions.keep_obstacles(_still(batch, BatchState.UNDOING), obstacles)
        else:
            take_back(batch, import_type)
            actions.keep_undone(_still(batch, BatchState.UNDOING), at=now())


def _batch_of(attempt: Attempt) -> ImportBatch:
    batches = ImportBatch.objects.scoped().select_related("created_by", "association", "job")
    batch = batches.filter(job=attempt.job.pk).first()
    if batch is None:
        raise refusal("该文件已另行检查，这次的结果不再需要", code="replaced")
    return batch


def _file_of(batch: ImportBatch) -> BytesIO:
    try:
        return opened(batch.file_key)
    except (FileNotFoundError, SealError) as error:
        raise refusal("文件已不能打开，请重新上传", code="file-removed") from error


def _still(batch: ImportBatch, state: BatchState) -> ImportBatch:
    # Locked at the end and not at the beginning: until then, whoever asks about the batch need not wait.
    batches = ImportBatch.objects.scoped().select_related("created_by", "association")
    held = batches.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    # An erasure takes the file away: what was read from it before must not come back.
    if held.state != state or held.job_id != batch.job_id or held.file_key != batch.file_key:
        raise refusal("该文件已另行处理，这次的结果不再需要", code="replaced")
    return held


def _context(batch: ImportBatch, *, locks: bool) -> Context:
    permission = type_of(batch.type).edit_permission
    return Context(by=batch.job.asker, permission=permission, on=today(), locks=locks)


def _history(batch: ImportBatch, verb: str = ""):
    return pghistory.context(user=batch.created_by_id, purpose=f"{verb}导入：{batch.name}")
