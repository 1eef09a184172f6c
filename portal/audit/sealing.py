"""Seal the trail day by day, so that a changed byte is found later (ADR 49)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from psycopg2 import sql

from portal.lib.dates import BEIJING

from .digests import chain_digest, columns_of, table_digest, trails
from .models import Seal

# A row carries the time at which its transaction began, so the last rows of a day are written a little later.
GRACE = timedelta(hours=1)
ONE_DAY = timedelta(days=1)
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('portal.audit.seal'))"


def seal_ended_days(*, at: datetime) -> Iterator[Seal]:
    """Seal every day that ended an hour or more before `at` and is not sealed yet, oldest first.

    Each day is a transaction of its own, so that whoever stops half-way goes on where they stopped.
    """
    last = last_day_to_seal(at)
    while seal := _seal_next(last):
        yield seal


def last_day_to_seal(at: datetime) -> date:
    """Return the newest day that had ended an hour before `at`."""
    return (at - GRACE).astimezone(BEIJING).date() - ONE_DAY


@transaction.atomic
def _seal_next(last: date) -> Seal | None:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    before = Seal.objects.order_by("day").last()
    day = before.day + ONE_DAY if before else first_day()
    if day is None or day > last:
        return None
    return _sealed(day, previous=before.digest if before else "")


def first_day() -> date | None:
    """Return the first day of which the trail holds anything."""
    found = []
    with connection.cursor() as cursor:
        for trail in trails():
            query = sql.SQL("SELECT min({at}) FROM {table}").format(
                at=sql.Identifier(trail.at), table=sql.Identifier(trail.table)
            )
            cursor.execute(query.as_string(cursor.connection))
            found += [moment for (moment,) in cursor.fetchall() if moment]
    return min(found).astimezone(BEIJING).date() if found else None


def _sealed(day: date, *, previous: str) -> Seal:
    digests = {
        trail.table: table_digest(trail, day=day, columns=columns_of(trail.table)) for trail in trails()
    }
    tables = {table: each.for_seal() for table, each in digests.items() if each.rows}
    digest = chain_digest(day=day, tables=tables, previous=previous)
    return Seal.objects.create(day=day, tables=tables, previous=previous, digest=digest)
