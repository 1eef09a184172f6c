"""Tell whoever asked for a job that it has ended."""

from portal.inbox.actions import send
from portal.inbox.enums import Topic

from .models import Job, JobState

WORDS = {JobState.DONE: "已完成", JobState.FAILED: "没有完成"}


def tell_ended(job: Job, state: JobState) -> None:
    """Tell whoever asked for a job that it ended, in the transaction that ends it.

    Parts of a batch are not told one by one. A job that is tried again ends again and is told again.
    """
    if job.created_by_id is None or job.parent_id is not None:
        return
    send(
        to=[job.created_by_id],
        topic=Topic.JOB,
        key=f"job:{job.pk}:{state}:{job.attempts_allowed}",
        text=f"{job.title}：{WORDS[state]}",
        url=job.maker_url,
        association=job.association,
    )
