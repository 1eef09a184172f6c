from celery import shared_task

from portal.lib.dates import now

from . import sessions


@shared_task
def clear_outdated() -> None:
    sessions.clear_outdated(at=now())
