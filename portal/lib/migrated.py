"""What the migrations make of an empty database, kept as a dump: a second to read, a minute to make."""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings

from portal.lib import database_programs

MOST_KEPT = 5
# Written by `migrate` as well, for the one portal whose keys they prove.
NOT_SHARED = "lib_keycheck*"
WHOLE = ("--exit-on-error", "--single-transaction", "--no-owner")


def sources() -> list[Path]:
    """List the files that decide what `migrate` makes: migrations, SQL, and the pins of the packages."""
    rooms = [Path(app.path) for app in apps.get_app_configs()]
    found = [path for room in rooms for kind in ("migrations/*.py", "*.sql") for path in room.glob(kind)]
    return [settings.BASE_DIR / "requirements.txt", *found]


def fingerprint(paths: Iterable[Path]) -> str:
    """Return a name for these files and what stands in them, wherever they lie."""
    parts = sorted(hashlib.sha256(path.name.encode() + path.read_bytes()).hexdigest() for path in paths)
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:32]


@contextmanager
def filled_once(where: str, template: Path) -> Iterator[None]:
    """Fill an empty database from the template; where there is none yet, keep what the block makes.

    Of several at the same moment one makes the template, and the others wait for it.

    Raises: ProgramFailed when the template cannot be read; the database is then still empty.
    """
    if not database_programs.is_empty(where):
        yield
        return
    with _alone_in(template.parent):
        if not template.exists():
            yield
            _keep(where, template)
            return
        database_programs.run("pg_restore", *WHOLE, f"--dbname={where}", str(template))
    os.utime(template)
    yield


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keep(where: str, template: Path) -> None:
    # Under another name first: an interrupted dump must not pass for a whole one.
    draft = template.with_suffix(".draft")
    shared = ["--format=custom", f"--exclude-table-data={NOT_SHARED}"]
    database_programs.run("pg_dump", *shared, f"--file={draft}", f"--dbname={where}")
    draft.replace(template)
    by_use = sorted(template.parent.glob("*.dump"), key=lambda path: path.stat().st_mtime)
    for outdated in by_use[:-MOST_KEPT]:
        outdated.unlink()
