from celery import shared_task

from portal.lib.dates import now

from . import idempotency


@shared_task
def forget_keys() -> None:
    idempotency.forget_old(at=now())
