"""Whether this process can serve: what a load balancer and an administrator ask."""

from collections.abc import Callable
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.audit.queries import open_trails
from portal.jobs.queries import Ages, ages
from portal.lib.key_checks import key_faults
from portal.lib.outages import database_answers
from portal.lib.printing import printing

BROKER_SECONDS = 1
# Beat speaks every 25 seconds at the latest; the sweeper once a round, which may take a while.
BEAT_SECONDS = 90
ROUNDS = 4
LONG_WAIT_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that is there or not; without a part that is needed this process cannot serve."""

    name: str
    works: Callable[[], bool]
    is_needed: bool = False
    is_in_database: bool = False


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What works, and how long ago background processes were heard of."""

    parts: dict[str, bool]
    ages: Ages | None

    @property
    def is_ready(self) -> bool:
        return all(self.parts[part.name] for part in PARTS if part.is_needed)

    @property
    def is_degraded(self) -> bool:
        """Something is missing. Where only this is so, pages serve on and an alarm goes off."""
        return not all(self.parts.values())


def readiness() -> Readiness:
    """Ask each part once; what lies in the database is not asked for while that is away."""
    parts: dict[str, bool] = {}
    for part in PARTS:
        can_ask = parts.get("database", True) or not part.is_in_database
        parts[part.name] = can_ask and _works(part)
    return Readiness(parts=parts, ages=_ages() if parts["database"] else None)


def migrations_are_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def broker_answers() -> bool:
    once = Retry(NoBackoff(), retries=0)
    limits = {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
    client = redis.Redis.from_url(settings.REDIS_URL, retry=once, **limits)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def beat_is_heard() -> bool:
    return _is_within(ages().beat, BEAT_SECONDS)


def sweeper_is_heard() -> bool:
    return _is_within(ages().sweeper, BEAT_SECONDS + ROUNDS * settings.JOB_SWEEP_SECONDS)


def jobs_get_their_turn() -> bool:
    return _is_within(ages().oldest_waiting_job or 0, LONG_WAIT_SECONDS)


# The database comes first: what lies in it is asked for afterwards, or not at all.
PARTS = (
    Part(name="database", works=database_answers, is_needed=True),
    Part(name="migrations", works=migrations_are_applied, is_needed=True, is_in_database=True),
    # With others nothing can be opened, and nothing new is sealed.
    Part(name="keys", works=lambda: not key_faults(), is_needed=True, is_in_database=True),
    Part(name="fonts", works=lambda: printing().fonts, is_needed=True),
    # Without it a report takes much longer, and is made.
    Part(name="font_subsetting", works=lambda: printing().font_subsetting),
    # False where this process could change the audit trail if it wanted to: somebody has to part the roles.
    Part(name="trail_is_closed", works=lambda: not open_trails(), is_in_database=True),
    Part(name="broker", works=broker_answers),
    Part(name="beat", works=beat_is_heard, is_in_database=True),
    Part(name="sweeper", works=sweeper_is_heard, is_in_database=True),
    Part(name="jobs", works=jobs_get_their_turn, is_in_database=True),
)


def _works(part: Part) -> bool:
    try:
        return part.works()
    except Error:
        return False


def _ages() -> Ages | None:
    try:
        return ages()
    except Error:
        return None


def _is_within(age: float | None, seconds: float) -> bool:
    return age is not None and age <= seconds
