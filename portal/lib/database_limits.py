"""How long a statement may run and wait for a lock: jobs and maintenance are no pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import OperationalError, connection
from psycopg2.errors import LockNotAvailable

from .database_settings import database_settings


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Settings of a session of the database, named as PostgreSQL names them."""

    statement_timeout: str
    lock_timeout: str
    idle_in_transaction_session_timeout: str

    def options(self, before: str = "") -> str:
        """Return what a new connection is opened with; of a setting named twice the last one counts."""
        named = [f"-c {name}={value}" for name, value in asdict(self).items()]
        return " ".join([before, *named]).strip()


# Shorter than the five seconds that a page waits: one that stands behind a waiting command gets its turn.
MAINTENANCE = Limits(statement_timeout="0", lock_timeout="3s", idle_in_transaction_session_timeout="0")


def job_limits() -> Limits:
    """Return the limits of a worker: a statement may take as long as the job around it."""
    whole = f"{settings.CELERY_TASK_SOFT_TIME_LIMIT}s"
    return Limits(statement_timeout=whole, lock_timeout="5s", idle_in_transaction_session_timeout=whole)


def limit_process(limits: Limits) -> None:
    """Give every connection that this process, and those it forks, opens from now on these limits."""
    options = connection.settings_dict["OPTIONS"]
    # The dictionary that all threads connect by, and not the one of this connection.
    options["options"] = limits.options(options.get("options", ""))
    connection.close()


@contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """Give sessions of the database these limits for the length of a block, also those that it opens."""
    options = connection.settings_dict["OPTIONS"]
    before = options.get("options", "")
    options["options"] = limits.options(before)
    try:
        with database_settings(**asdict(limits)) if connection.connection else _closed_after():
            yield
    finally:
        options["options"] = before


@contextmanager
def _closed_after() -> Iterator[None]:
    try:
        yield
    finally:
        connection.close()


def waited_for_lock(error: OperationalError) -> bool:
    """Tell whether a statement failed because somebody else held what it needed."""
    return isinstance(error.__cause__, LockNotAvailable)
