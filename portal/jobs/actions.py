from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, Q
from django.db.models.functions import Now

from portal.accounts.models import User
from portal.lib.findings import Finding, RuleViolation, Severity

from . import broker
from .models import BATCH, Heartbeat, Job, JobState, Process


@transaction.atomic
def enqueue(
    *,
    kind: str,
    key: str,
    arguments: Mapping[str, object],
    association: Model,
    by: User | None,
    parent: Job | None = None,
) -> Job:
    """Put a job down in the caller's transaction and wake a worker when it commits.

    The same key gives the same job, whoever asks again and however often.
    """
    job, is_new = Job.objects.scoped().get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "arguments": dict(arguments),
            "association_id": association.pk,
            "created_by": by,
            "token": by.token if by else None,
            "parent": parent,
        },
    )
    if is_new and kind != BATCH:
        wake_on_commit([job.pk])
    return job


def wake_on_commit(job_ids: Sequence[UUID]) -> None:
    """Wake workers for jobs once they can be seen."""
    transaction.on_commit(partial(broker.wake, job_ids), robust=True)


@transaction.atomic
def retry(*, job: Job) -> None:
    """Let a failed job, or the failed parts of a batch, be tried again as often as a new one.

    Raises: RuleViolation when it has not failed.
    """
    locked = Job.objects.scoped().select_for_update().get(pk=job.pk)
    if locked.state != JobState.FAILED:
        raise RuleViolation(
            [Finding(code="not-failed", severity=Severity.ERROR, message="只有失败的任务才能重试")]
        )
    failed = Job.objects.scoped().filter(Q(pk=job.pk) | Q(parent=job.pk), state=JobState.FAILED)
    again = list(failed.exclude(kind=BATCH).values_list("pk", flat=True))
    failed.update(
        state=JobState.WAITING,
        attempts_allowed=F("attempts") + settings.JOB_MAX_ATTEMPTS,
        finished_at=None,
        message="",
    )
    if locked.parent_id:
        _reopen(locked.parent_id)
    wake_on_commit(again)


def _reopen(batch_id: UUID) -> None:
    batch = Job.objects.scoped().filter(pk=batch_id, state=JobState.FAILED)
    batch.update(state=JobState.WAITING, finished_at=None, message="")


def record_heartbeat(process: Process) -> None:
    """Note that a process is at work now."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(process=process, beaten_at=Now())],
        update_conflicts=True,
        unique_fields=["process"],
        update_fields=["beaten_at"],
    )
