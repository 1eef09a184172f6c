from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count

from portal.accounts.models import User

from .models import BATCH, ENDED, Job, JobState

# One statement of its own: it is asked without a user, and a scoped model is never read without one. A batch
# waits for its parts and not for a worker.
AGES = """
    SELECT
        (SELECT extract(epoch FROM statement_timestamp() - beaten_at)
            FROM jobs_heartbeat WHERE process = 'beat'),
        (SELECT extract(epoch FROM statement_timestamp() - beaten_at)
            FROM jobs_heartbeat WHERE process = 'sweeper'),
        (SELECT extract(epoch FROM statement_timestamp() - min(created_at)) FROM jobs_job
            WHERE state = 'waiting' AND kind <> 'batch')
"""


@dataclass(frozen=True, kw_only=True)
class Ages:
    """Seconds since each process was heard of, and since the oldest job waits; None where there is none."""

    beat: float | None
    sweeper: float | None
    oldest_waiting_job: float | None


def ages() -> Ages:
    """Read how long ago background processes were heard of, and how long jobs wait."""
    with connection.cursor() as cursor:
        cursor.execute(AGES)
        beat, sweeper, job = (None if age is None else float(age) for age in cursor.fetchone())
    return Ages(beat=beat, sweeper=sweeper, oldest_waiting_job=job)


@dataclass(frozen=True, kw_only=True)
class BatchProgress:
    """How far the parts of a batch have come."""

    total: int
    done: int
    failed: int
    running: int

    @property
    def ended(self) -> int:
        return self.done + self.failed

    @property
    def percent(self) -> int:
        return 100 * self.ended // self.total if self.total else 0

    @property
    def state(self) -> JobState:
        if self.ended == self.total:
            return JobState.FAILED if self.failed else JobState.DONE
        return JobState.RUNNING if self.running or self.ended else JobState.WAITING


def batch_progress(batch_id: UUID) -> BatchProgress:
    """Count the parts of a batch by state; the caller has loaded the batch in scope."""
    parts = Job.objects.scoped().filter(parent=batch_id).order_by()
    counts = dict(parts.values_list("state").annotate(Count("pk")))
    return BatchProgress(
        total=sum(counts.values()),
        done=counts.get(JobState.DONE, 0),
        failed=counts.get(JobState.FAILED, 0),
        running=counts.get(JobState.RUNNING, 0),
    )


def batch_of(job: Job, *, user: User) -> Job | None:
    """Return the batch that a job is part of, if the user may see it: it may be of a place above theirs."""
    return Job.objects.visible_to(user).filter(pk=job.parent_id).first() if job.parent_id else None


@dataclass(frozen=True, kw_only=True)
class JobView:
    """How a job stands, in the terms of the progress component."""

    state: JobState
    percent: int
    message: str
    is_ended: bool


def view_of(job: Job) -> JobView:
    """Say how a job stands; a batch by its parts, in one statement."""
    if job.kind == BATCH:
        parts = batch_progress(job.pk)
        failed = f"，{parts.failed} 项失败" if parts.failed else ""
        message = f"{parts.ended} / {parts.total} 项{failed}"
        return JobView(
            state=parts.state, percent=parts.percent, message=message, is_ended=parts.state in ENDED
        )
    if job.state == JobState.DONE:
        percent = 100
    else:
        percent = min(100 * job.progress_done // job.progress_total, 99) if job.progress_total else 0
    return JobView(state=JobState(job.state), percent=percent, message=job.message, is_ended=job.is_ended)
