"""Settings of the database's session, changed for a while."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection


@contextmanager
def database_settings(**values: str) -> Iterator[None]:
    """Give settings of the session other values for the length of a block: `statement_timeout="10s"`.

    A statement that runs into its timeout raises OperationalError and breaks the transaction around it:
    inside the block it wants an atomic block of its own.
    """
    columns = ", ".join(["current_setting(%s)"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", list(values))
        before = dict(zip(values, cursor.fetchone(), strict=True))
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str]) -> None:
    columns = ", ".join(["set_config(%s, %s, false)"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [part for pair in values.items() for part in pair])
