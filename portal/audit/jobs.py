import structlog
from celery import shared_task

from portal.lib.dates import now

from .sealing import seal_ended_days

log = structlog.get_logger(__name__)


@shared_task
def seal() -> None:
    for made in seal_ended_days(at=now()):
        log.info("trail_sealed", day=made.day.isoformat(), digest=made.digest)
