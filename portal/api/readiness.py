"""Whether this process can serve: what a load balancer and an administrator ask."""

from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.audit.queries import open_trails
from portal.lib.pdf import fonts_available, harfbuzz_subset_available

BROKER_SECONDS = 1


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What works. Without the broker pages and job requests still do, only later, so it does not decide.

    Nor does `trail_is_closed`, which says that this process could not change the audit trail if it wanted to:
    people can work while an administrator parts the roles.
    """

    database: bool
    migrations: bool
    trail_is_closed: bool
    broker: bool
    fonts: bool
    font_subsetting: bool

    @property
    def is_ready(self) -> bool:
        return self.database and self.migrations and self.fonts and self.font_subsetting


def readiness() -> Readiness:
    """Ask each part once."""
    database = database_answers()
    fonts, font_subsetting = paper_parts()
    return Readiness(
        database=database,
        migrations=database and migrations_are_applied(),
        trail_is_closed=database and trail_is_closed(),
        broker=broker_answers(),
        fonts=fonts,
        font_subsetting=font_subsetting,
    )


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def migrations_are_applied() -> bool:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return False
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def trail_is_closed() -> bool:
    try:
        return not open_trails()
    except DatabaseError:
        return False


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


@cache
def paper_parts() -> tuple[bool, bool]:
    # Fonts and libraries do not change under a running process, and looking for them draws characters.
    return fonts_available(), harfbuzz_subset_available()
