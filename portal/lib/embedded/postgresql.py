"""The embedded PostgreSQL cluster: initdb, start, stop."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import psutil
import psycopg2
from psycopg2 import sql

from portal.lib.embedded import owner as owners
from portal.lib.embedded.owner import Owner
from portal.lib.embedded.places import DATABASE, OWNER_ROLE, socket_dir
from portal.lib.embedded.processes import is_process, is_server

START_SECONDS = 60
TUNING = ("shared_buffers=256MB", "max_connections=100", "max_wal_size=2GB", "random_page_cost=1.1")
# For clusters that are thrown away: a power cut may take them, and nobody minds. Tests come in forty threads.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300")


def is_running(data_dir: Path) -> bool:
    """Say whether the cluster answers on its socket."""
    try:
        _connect(data_dir, "postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def is_alive(data_dir: Path) -> bool:
    """Say whether the server is there: its process, answering or not yet."""
    cluster = (data_dir / "postgres").resolve() / "cluster"
    return is_process(cluster / "postmaster.pid", name="postgres", folder=cluster) or is_running(data_dir)


def start(data_dir: Path, *, durable: bool = True) -> None:
    """Start the cluster, made first where there is none, and see to it that the portal's database exists.

    Raises: RuntimeError with the end of the server's log when it does not come up.
    """
    owner = owners.cluster_owner()
    home = owners.prepare_folder(owner, data_dir / "postgres")
    sockets = owners.prepare_folder(owner, socket_dir(data_dir, "postgres"))
    cluster = home / "cluster"
    if not cluster.exists():
        _make_cluster(owner, home, cluster)
    _clear_stale_locks(cluster, sockets)
    settings = (
        "listen_addresses=",
        f"unix_socket_directories={sockets}",
        "unix_socket_permissions=0700",
        *TUNING,
        *(() if durable else FORGETFUL),
    )
    options = " ".join(f"-c {setting}" for setting in settings)
    start = ["start", "-w", "-t", str(START_SECONDS), "-l", str(home / "log"), "-o", options]
    if _run(owner, home, "pg_ctl", "-D", str(cluster), *start) != 0:
        raise RuntimeError(f"内置 PostgreSQL 未能启动，日志末尾：\n{_tail(home / 'log')}")
    _make_database(data_dir)


def stop(data_dir: Path) -> None:
    """Stop the cluster; open connections are cut."""
    owner = owners.cluster_owner()
    home = (data_dir / "postgres").resolve()
    if (home / "cluster" / "postmaster.pid").exists():
        _run(owner, home, "pg_ctl", "-D", str(home / "cluster"), "stop", "-w", "-m", "fast")


def discard(data_dir: Path) -> None:
    """Remove a stopped cluster."""
    owners.discard_folder(data_dir / "postgres")
    owners.discard_folder(socket_dir(data_dir, "postgres"))


def _connect(data_dir: Path, database: str) -> psycopg2.extensions.connection:
    host = str(socket_dir(data_dir, "postgres"))
    return psycopg2.connect(host=host, user=OWNER_ROLE, dbname=database, connect_timeout=5)


def _make_cluster(owner: Owner | None, home: Path, cluster: Path) -> None:
    # Made under another name first: an interrupted initdb leaves no half cluster behind.
    for left in home.glob("draft-*"):
        shutil.rmtree(left)
    draft = home / f"draft-{time.time_ns()}"
    choices = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if _run(owner, home, "initdb", "-D", str(draft), "-U", OWNER_ROLE, "--locale=C", *choices) != 0:
        raise RuntimeError(f"内置 PostgreSQL 未能初始化：\n{_tail(home / 'output')}")
    draft.rename(cluster)


def _make_database(data_dir: Path) -> None:
    connection = _connect(data_dir, "postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    connection.close()


def _clear_stale_locks(cluster: Path, sockets: Path) -> None:
    """Remove the lock files of a killed server, once the last of its processes has gone.

    PostgreSQL clears them itself, but not when the number of the killed server is taken: by another program
    after a restart of the machine, or by its own zombie in a container whose first process reaps nothing.
    """
    end = time.monotonic() + START_SECONDS
    while _serves(cluster):
        if time.monotonic() > end:
            raise RuntimeError(f"上次运行的 PostgreSQL 进程仍占用 {cluster}，请稍后再试")
        time.sleep(0.1)
    for lock in (cluster / "postmaster.pid", sockets / ".s.PGSQL.5432.lock", sockets / ".s.PGSQL.5432"):
        lock.unlink(missing_ok=True)


def _serves(cluster: Path) -> bool:
    return any(is_server(process, name="postgres", folder=cluster) for process in psutil.process_iter())


def _run(owner: Owner | None, home: Path, program: str, *arguments: str) -> int:
    # Output goes to a file: a server that inherits a pipe keeps its reader waiting for ever.
    with (home / "output").open("w") as output:
        return subprocess.run(
            [owners.programs(owner) / program, *arguments],
            cwd=home,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            user=owner.uid if owner else None,
            group=owner.gid if owner else None,
            extra_groups=[] if owner else None,
        ).returncode


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""
