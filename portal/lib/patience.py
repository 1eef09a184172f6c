"""How long a statement of the database may take."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def patient(*, seconds: int) -> Iterator[None]:
    """Let each statement of the block run for so many seconds and no longer, whatever the rest of us wait.

    A statement that is ended raises OperationalError and breaks the transaction around it: inside the block
    it wants an atomic block of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{seconds}s"])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [before])
