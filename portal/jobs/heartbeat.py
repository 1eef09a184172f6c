"""Renew a lease while the work is going on."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from .attempts import Attempt, LostJob

log = structlog.get_logger(__name__)


@contextmanager
def heartbeat(attempt: Attempt) -> Iterator[None]:
    """Renew the lease three times a lease, on a connection of its own, until the block ends."""
    stop = Event()
    thread = Thread(target=_beat, args=(attempt, stop), name=f"heartbeat-{attempt.job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat(attempt: Attempt, stop: Event) -> None:
    try:
        while not stop.wait(settings.JOB_LEASE_SECONDS / 3):
            try:
                attempt.renew()
            except DatabaseError as error:
                # A database that is away for a moment: the next beat may still come in time.
                log.warning("lease_not_renewed", job=str(attempt.job.pk), error=str(error))
                connection.close()
    except LostJob:
        log.warning("lease_lost", job=str(attempt.job.pk), attempt=attempt.number)
    finally:
        connection.close()
