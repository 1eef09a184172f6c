"""Wake workers through the broker. Nothing here may fail or hold up a request: the sweeper wakes again."""

from collections.abc import Sequence
from threading import Thread
from uuid import UUID

import structlog
from celery import current_app
from celery.exceptions import CeleryError
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
RUN = "portal.jobs.jobs.run"
# How long a request waits for the messages to go out; those of a batch go on behind its reply. A frozen
# broker answers nothing at all, and the client tries for longer than anybody should wait for a page.
PATIENCE_SECONDS = 0.3
BROKER_ERRORS = (KombuError, CeleryError, RedisError, OSError)


def wake(job_ids: Sequence[UUID]) -> None:
    """Send one message a job; what takes longer goes on behind the reply, and what fails is the sweeper's."""
    sender = Thread(target=_send, args=(job_ids,), name="wake", daemon=True)
    sender.start()
    sender.join(PATIENCE_SECONDS)


def queued_count() -> int | None:
    """Count the messages that wait for a worker; None when the broker cannot be asked."""
    try:
        with current_app.connection_for_read() as connection:
            queue = current_app.conf.task_default_queue
            # Declared and not asked for: to this transport an empty queue is one that does not exist.
            return int(connection.default_channel.queue_declare(queue=queue).message_count)
    except BROKER_ERRORS as error:
        log.warning("broker_not_asked", error=str(error))
        return None


def _send(job_ids: Sequence[UUID]) -> None:
    for number, job_id in enumerate(job_ids):
        try:
            current_app.send_task(RUN, args=[str(job_id)])
        except BROKER_ERRORS as error:
            log.warning("wake_not_sent", jobs=len(job_ids) - number, error=str(error))
            return
