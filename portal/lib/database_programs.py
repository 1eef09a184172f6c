"""PostgreSQL's own programs at work on the portal's database, as the owner of its tables."""

import os
import subprocess
from collections.abc import Mapping

import psycopg2
from django.conf import settings

from portal.lib.embedded import owner as owners


class ProgramFailed(Exception):
    """One of the programs ended with an error; the message is what it said."""


def dsn(chosen: Mapping[str, object] | None = None) -> str:
    """Return where a database is, for its owner and without the password: the chosen one, or the portal's."""
    place = dict(chosen or settings.DATABASES["default"]) | settings.OWNER_SIGN_IN
    named = {"host": place["HOST"], "port": place["PORT"], "user": place["USER"], "dbname": place["NAME"]}
    return str(psycopg2.extensions.make_dsn(**{name: value for name, value in named.items() if value}))


def answer(question: str, where: str) -> object:
    """Ask a database for one value, as its owner."""
    connection = psycopg2.connect(where, password=settings.OWNER_SIGN_IN["PASSWORD"] or None)
    with connection, connection.cursor() as cursor:
        cursor.execute(question)
        (value,) = cursor.fetchone()
    connection.close()
    return value


def is_empty(where: str) -> bool:
    """Tell whether the database has no table yet."""
    return answer("SELECT NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')", where) is True


def run(program: str, *arguments: str) -> None:
    """Run one of the programs that come along with the portal.

    Raises: ProgramFailed.
    """
    # The machine's own may be older than the server, which they then refuse to read.
    path = owners.programs(None) / program
    password = settings.OWNER_SIGN_IN["PASSWORD"]
    env = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run([path, *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ProgramFailed(f"{program} 失败：{done.stderr.strip()}")
