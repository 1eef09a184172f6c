from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from .models import Job, JobState


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
