"""Who uses the embedded services: the first one in starts them, the last one out stops them."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from portal.lib.embedded import postgresql, valkey
from portal.lib.embedded.places import Needed


@contextmanager
def borrowed(data_dir: Path, *, needed: Needed, durable: bool = True) -> Iterator[None]:
    """Keep the needed services running for the length of a `with` block.

    Users hold a shared lock, which the kernel takes back from a killed one, so nobody is counted who is gone.
    """
    if not (needed.database or needed.broker):
        yield
        return
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "services.users").open("w") as users:
        with _changing(data_dir):
            _start(data_dir, needed=needed, durable=durable)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with _changing(data_dir):
                if _is_last(users):
                    stop(data_dir, needed=needed)


def start(data_dir: Path, *, needed: Needed) -> None:
    """Start those of the needed services that do not run, for the users that hold them already."""
    with _changing(data_dir):
        _start(data_dir, needed=needed, durable=True)


def stop(data_dir: Path, *, needed: Needed) -> None:
    """Stop the needed services."""
    if needed.broker:
        valkey.stop(data_dir)
    if needed.database:
        postgresql.stop(data_dir)


def _start(data_dir: Path, *, needed: Needed, durable: bool) -> None:
    if needed.database and not postgresql.is_running(data_dir):
        postgresql.start(data_dir, durable=durable)
    if needed.broker and not valkey.is_running(data_dir):
        valkey.start(data_dir)


@contextmanager
def _changing(data_dir: Path) -> Iterator[None]:
    with (data_dir / "services.change").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
