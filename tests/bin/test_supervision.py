"""A whole portal of real processes: whatever of it is killed comes back, and the rest runs on."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from types import SimpleNamespace

import psutil
import pytest
from django.conf import settings

from bin.serve import HOST
from portal.lib.embedded import postgresql, valkey
from tests.patience import SECONDS, wait_until

# What `bin/run` does once the database is prepared; filling it takes longer than all the rest.
PORTAL = """
import signal, sys
from django.conf import settings
from bin import serve
from portal.lib.embedded.services import borrowed
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit())
with borrowed(settings.DATA_DIR, needed=settings.NEEDED_SERVICES, durable=False):
    serve.supervise(int(sys.argv[1]))
"""
PROGRAMS = {"web": "gunicorn", "worker": "worker@%h", "sweeper": "sweeper@%h", "beat": "beat"}
SERVICES = {"valkey": "valkey/pid", "postgresql": "postgres/cluster/postmaster.pid"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("portal")
    port = free_port()
    services = ("DATABASE_URL", "REDIS_URL", "MIGRATION_DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if name not in services}
    with (data_dir / "output").open("wb") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-c", PORTAL, str(port)],
            env=kept | {"DATA_DIR": str(data_dir), "DEBUG": "1"},
            cwd=settings.BASE_DIR,
            stdout=output,
            stderr=output,
        )
    found = SimpleNamespace(data_dir=data_dir, port=port, process=psutil.Process(supervisor.pid))
    wait_until(lambda: is_whole(found), state=(data_dir / "output").read_text)
    yield found
    supervisor.terminate()
    supervisor.wait()
    postgresql.discard(data_dir)


def free_port():
    with socket.create_server((HOST, 0)) as server:
        return server.getsockname()[1]


def numbers(portal):
    """The process of each part of the portal."""
    children = {child.pid: words(child) for child in portal.process.children()}
    programs = {
        name: pid for name, mark in PROGRAMS.items() for pid, found in children.items() if mark in found
    }
    files = {name: portal.data_dir / path for name, path in SERVICES.items()}
    return programs | {
        name: int(file.read_text().split()[0]) for name, file in files.items() if file.exists()
    }


def words(process):
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []  # it has just ended, or nobody has asked yet how it ended


def is_whole(portal):
    return (
        numbers(portal).keys() == PROGRAMS.keys() | SERVICES.keys()
        and postgresql.is_running(portal.data_dir)
        and valkey.is_running(portal.data_dir)
        and status(portal, "/healthz") == 200
    )


def status(portal, path):
    try:
        with urllib.request.urlopen(f"http://{HOST}:{portal.port}{path}", timeout=SECONDS) as response:
            return response.status
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except OSError:
        return None


def loads_renderer(process):
    return any("libpango" in line.path for line in process.memory_maps())


def test_web_processes_never_load_the_renderer_and_workers_fork_with_it(portal):
    assert status(portal, "/readyz") == 503  # the database has no tables

    web, worker = (psutil.Process(numbers(portal)[name]) for name in ("web", "worker"))
    assert [loads_renderer(child) for child in web.children()] == [False, False]
    wait_until(lambda: len(worker.children()) == 2)
    assert [loads_renderer(process) for process in (worker, *worker.children())] == [True] * 3


@pytest.mark.parametrize("name", [*PROGRAMS, *SERVICES])
def test_part_that_was_killed_is_back_and_the_others_were_left_alone(portal, name):
    wait_until(lambda: is_whole(portal))
    before = numbers(portal)
    os.kill(before[name], signal.SIGKILL)

    wait_until(
        lambda: numbers(portal).get(name) not in (None, before[name]) and is_whole(portal),
        state=(portal.data_dir / "output").read_text,
    )

    after = numbers(portal)
    assert {part for part in before if before[part] != after[part]} == {name}
    noted = (portal.data_dir / "logs" / "run.log").read_text()
    assert f" {name} 已停止" in noted


def test_schedule_that_was_damaged_is_begun_anew(portal):
    left = b"\x00" * 1500
    wait_until(lambda: is_whole(portal))
    before = numbers(portal)
    schedule = portal.data_dir / "beat-schedule.json"
    wait_until(schedule.exists)
    os.kill(before["beat"], signal.SIGSTOP)
    schedule.write_bytes(left)
    os.kill(before["beat"], signal.SIGKILL)

    wait_until(lambda: schedule.read_bytes() != left)

    runs = json.loads(schedule.read_text())
    after = numbers(portal)
    assert runs.keys() >= {"jobs.sweep", "audit.seal"}
    assert {part for part in before if before[part] != after[part]} == {"beat"}
