"""Chance that a statement draws for itself: rows by the hundred thousand, the same for the same seed."""

from collections.abc import Mapping

from django.db.backends.utils import CursorWrapper

# A number from 0 to choices - 1 that looks drawn; the salt keeps one column from echoing another. Unlike
# random() it does not depend on the order in which a plan makes its rows.
PICK = """
    CREATE OR REPLACE FUNCTION pg_temp.pick(row_key bigint, salt int, choices int) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((hashint8extended(row_key, salt) % choices + choices) % choices)::int
"""


def prepare(cursor: CursorWrapper) -> None:
    cursor.execute(PICK)


def sow(cursor: CursorWrapper, statement: str, values: Mapping[str, object]) -> int:
    """Run one INSERT … SELECT and return how many rows it made."""
    cursor.execute(statement, values)
    return cursor.rowcount
