"""What a worker does with a message, and what the sweeper puts right."""

from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from portal.lib.findings import RuleViolation

from . import actions, broker
from .attempts import Attempt, LostJob, claim
from .heartbeat import heartbeat
from .models import BATCH, Job, JobState, Process
from .notices import tell_ended
from .queries import batch_progress
from .registry import handler_of

log = structlog.get_logger(__name__)
SWEPT_AT_ONCE = 1000


def work(job_id: UUID | str) -> None:
    """Do a job if it is there to be done; a late, doubled or stray message does nothing."""
    attempt = claim(job_id)
    if attempt is None:
        return
    try:
        _do(attempt)
    except LostJob:
        log.warning("job_lost", job=str(attempt.job.pk), attempt=attempt.number)
    if attempt.job.parent_id:
        settle_batch(attempt.job.parent_id)


def _do(attempt: Attempt) -> None:
    try:
        with heartbeat(attempt):
            handler_of(attempt.job.kind)(attempt)
    except LostJob:
        raise
    except RuleViolation as refused:
        # The facts forbid it; they would forbid it again.
        attempt.fail(str(refused))
    except SoftTimeLimitExceeded:
        log.warning("job_too_long", job=str(attempt.job.pk), attempt=attempt.number)
        attempt.put_back("超过了单个任务的时间上限")
    except Exception:
        # Whatever it was, it is on the row and in the log, and the job is tried again or ends as failed.
        log.exception("job_failed", job=str(attempt.job.pk), attempt=attempt.number)
        attempt.put_back("系统内部错误，管理员可在日志中按任务编号查到原因")


def sweep() -> None:
    """Put right what messages and workers left behind.

    Jobs whose last attempt was abandoned are failed, batches whose parts have all ended are ended, and jobs
    that nobody was woken for are woken again.
    """
    actions.record_heartbeat(Process.SWEEPER)
    _end_abandoned()
    jobs = Job.objects.scoped()
    for batch in jobs.open().filter(kind=BATCH).values_list("pk", flat=True):
        settle_batch(batch)
    oldest = jobs.claimable().order_by("created_at").values_list("pk", flat=True)
    _wake_forgotten(list(oldest[:SWEPT_AT_ONCE]))


@transaction.atomic
def _end_abandoned() -> None:
    beyond_hope = Job.objects.scoped().abandoned().filter(attempts__gte=F("attempts_allowed"))
    ended = list(beyond_hope.select_for_update(skip_locked=True))
    Job.objects.scoped().filter(pk__in=[job.pk for job in ended]).update(
        state=JobState.FAILED,
        lease_until=None,
        finished_at=Now(),
        message="执行任务的程序多次中途停止，任务没有完成；请重试，仍不成功请联系管理员",
    )
    for job in ended:
        tell_ended(job, JobState.FAILED)


def settle_batch(batch_id: UUID) -> None:
    """End a batch when the last of its parts has ended."""
    with transaction.atomic():
        # The lock lets the two last parts, ending at the same moment, look one after the other.
        batch = Job.objects.scoped().open().select_for_update().filter(pk=batch_id).first()
        if batch is None:
            return
        progress = batch_progress(batch_id)
        if progress.ended < progress.total:
            return
        state = JobState.FAILED if progress.failed else JobState.DONE
        tell_ended(batch, state)
        Job.objects.scoped().filter(pk=batch_id).update(
            state=state,
            progress_done=progress.done,
            progress_total=progress.total,
            finished_at=Now(),
            message=f"{progress.total}项中有{progress.failed}项失败" if progress.failed else "",
        )


def _wake_forgotten(job_ids: list[UUID]) -> None:
    if not job_ids:
        return
    queued = broker.queued_count()
    # While messages wait, the workers have enough to do; more would only pile up.
    if queued is not None and queued < len(job_ids):
        broker.wake(job_ids)
