"""Digests of the trail: of a row, of a table's day, of a day on top of the day before."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from pghistory.models import Context, Event
from psycopg2 import sql

from portal.lib.dates import BEIJING

from .models import ErasedRow, Seal, recorded_field

READ_AT_ONCE = 20_000
# How values are written as text must not depend on who asks.
WRITTEN_THE_SAME = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL bytea_output = 'hex';"
    " SET LOCAL extra_float_digits = 1; SET LOCAL intervalstyle = 'postgres'"
)
ROW_DIGEST = "sha256(convert_to(ROW({columns})::text, 'UTF8'))"
COLUMNS = """
    SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
"""


@dataclass(frozen=True, kw_only=True)
class Trail:
    """A table of the trail: the columns that name a row and tell when it was written."""

    table: str
    key: str
    at: str


@dataclass(frozen=True, kw_only=True)
class TableDigest:
    """What a table held of one day, over these columns."""

    rows: int
    columns: tuple[str, ...]
    digest: str

    @classmethod
    def of_seal(cls, kept: Mapping[str, Any]) -> "TableDigest":
        return cls(rows=kept["rows"], columns=tuple(kept["columns"]), digest=kept["digest"])

    def for_seal(self) -> dict[str, object]:
        return {"rows": self.rows, "columns": list(self.columns), "digest": self.digest}


def trails() -> list[Trail]:
    """List the tables that are sealed: all that nobody may change, and the contexts of changes."""
    own = [
        Trail(table=Context._meta.db_table, key="id", at="created_at"),
        Trail(table=ErasedRow._meta.db_table, key="id", at="erased_at"),
    ]
    return sorted([*own, *filter(None, map(_trail_of, apps.get_models()))], key=lambda trail: trail.table)


def _trail_of(model: type[Model]) -> Trail | None:
    table, at = model._meta.db_table, recorded_field(model)
    if issubclass(model, Event):
        return Trail(table=table, key="pgh_id", at="pgh_created_at")
    # A seal is proven by the next one.
    return Trail(table=table, key="id", at=at) if at and model is not Seal else None


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a day in Beijing and the first one after it."""
    start = datetime.combine(day, time(), BEIJING)
    return start, datetime.combine(day + timedelta(days=1), time(), BEIJING)


def columns_of(table: str) -> tuple[str, ...]:
    """List the columns that a table has today."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [table])
        return tuple(cursor.fetchone()[0])


def table_digest(trail: Trail, *, day: date, columns: Sequence[str]) -> TableDigest:
    """Digest a table's rows of a day in the order of their keys; rows are read in batches and kept nowhere.

    A row in which personal data was erased counts with the digest that it had before.
    """
    erased = _digests_before_erasure(trail.table, day)
    digest, rows = hashlib.sha256(), 0
    for key, row_digest in _row_digests(trail, day=day, columns=columns):
        digest.update(erased.get(key, row_digest) if erased else row_digest)
        rows += 1
    return TableDigest(rows=rows, columns=tuple(columns), digest=digest.hexdigest())


def row_digests(trail: Trail, *, keys: Sequence[str], columns: Sequence[str]) -> dict[str, bytes]:
    """Digest single rows, by key as text."""
    query = sql.SQL(f"SELECT {{key}}::text, {ROW_DIGEST} FROM {{table}} WHERE {{key}}::text = ANY (%s)")  # noqa: S608
    with written_the_same(), connection.cursor() as cursor:
        cursor.execute(query.format(**_names(trail, columns)).as_string(cursor.connection), [list(keys)])
        return {key: bytes(digest) for key, digest in cursor.fetchall()}


def chain_digest(*, day: date, tables: Mapping[str, object], previous: str) -> str:
    """Digest what a seal says, the digest of the day before included."""
    said = {"day": day.isoformat(), "tables": tables, "previous": previous}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def written_the_same() -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITTEN_THE_SAME)
        yield


def _row_digests(trail: Trail, *, day: date, columns: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    query = sql.SQL(
        f"SELECT {{key}}::text, {ROW_DIGEST} FROM {{table}}"  # noqa: S608 -- only the constant is put in
        " WHERE {at} >= %s AND {at} < %s ORDER BY {key}"
    )
    with written_the_same(), connection.chunked_cursor() as cursor:
        cursor.execute(query.format(**_names(trail, columns)).as_string(cursor.connection), bounds(day))
        while batch := cursor.fetchmany(READ_AT_ONCE):
            yield from batch


def _names(trail: Trail, columns: Sequence[str]) -> dict[str, sql.Composable]:
    return {
        "table": sql.Identifier(trail.table),
        "key": sql.Identifier(trail.key),
        "at": sql.Identifier(trail.at),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
    }


def _digests_before_erasure(table: str, day: date) -> dict[str, bytes]:
    start, end = bounds(day)
    erased = ErasedRow.objects.filter(table=table, happened_at__gte=start, happened_at__lt=end)
    # The first erasure of a row met what the seal had seen.
    return {key: bytes(before) for key, before in erased.order_by("-pk").values_list("key", "before")}
