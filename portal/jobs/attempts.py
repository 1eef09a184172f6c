"""One worker's hold on one job: taken by one statement, kept by a lease, and lost without harm."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from .models import BATCH, Job, JobQuerySet, JobState
from .notices import tell_ended

MESSAGE_LENGTH = 500
CLAIM = """
    UPDATE jobs_job
    SET state = 'running', attempts = attempts + 1, lease_until = now() + %s, message = ''
    WHERE id = %s AND kind <> %s AND attempts < attempts_allowed
        AND (state = 'waiting' OR state = 'running' AND lease_until < now())
    RETURNING *
"""


class LostJob(Exception):
    """The lease ran out and another worker holds the job, or it has been ended: nothing may be written."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A job as its handler sees it; `number` proves the hold in every write."""

    job: Job
    number: int

    @property
    def arguments(self) -> dict[str, object]:
        return dict(self.job.arguments)

    def report_progress(self, done: int, total: int, message: str = "") -> None:
        """Show how far the work has come; called outside a transaction, so that others see it.

        Raises: LostJob.
        """
        self._write(progress_done=done, progress_total=total, message=message[:MESSAGE_LENGTH])

    @contextmanager
    def finishing(self, **result: object) -> Iterator[None]:
        """Open the one transaction in which the effect is written and the job ends, or neither happens.

        Raises: LostJob before anything is written.
        """
        with transaction.atomic():
            self._write(
                state=JobState.DONE,
                lease_until=None,
                finished_at=Now(),
                result=result,
                progress_done=F("progress_total"),
                message="",
            )
            tell_ended(self.job, JobState.DONE)
            yield

    def renew(self) -> None:
        """Keep the hold for another lease.

        Raises: LostJob.
        """
        self._write(lease_until=Now() + lease())

    def put_back(self, message: str) -> None:
        """Let go after a failure that may pass: the sweeper wakes the next attempt, or ends the job.

        Raises: LostJob.
        """
        if self.number >= self.job.attempts_allowed:
            self.fail(f"连续{self.job.attempts_allowed}次未能完成：{message}")
        else:
            self._write(
                state=JobState.WAITING,
                lease_until=None,
                message=f"第{self.number}次未能完成，将自动重试：{message}"[:MESSAGE_LENGTH],
            )

    def fail(self, message: str) -> None:
        """End the job as failed.

        Raises: LostJob.
        """
        with transaction.atomic():
            self._write(
                state=JobState.FAILED, lease_until=None, finished_at=Now(), message=message[:MESSAGE_LENGTH]
            )
            tell_ended(self.job, JobState.FAILED)

    def _write(self, **values: object) -> None:
        if not self._row().update(**values):
            raise LostJob(str(self.job.pk))

    def _row(self) -> JobQuerySet:
        # The worker acts on the key that it claimed, for nobody's eyes.
        return Job.objects.scoped().filter(pk=self.job.pk).held(attempt=self.number)


def claim(job_id: UUID | str) -> Attempt | None:
    """Take a job that waits or whose worker is gone; None when there is nothing to take."""
    for job in Job.objects.raw(CLAIM, [lease(), str(job_id), BATCH]):
        return Attempt(job=job, number=job.attempts)
    return None


def lease() -> timedelta:
    """Return how long a hold lasts without being renewed."""
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)
