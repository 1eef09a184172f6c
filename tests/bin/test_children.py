import os
import signal
import subprocess
import sys

import psutil
import pytest

from bin.children import STEADY_SECONDS, Child, Service, stop_all
from tests.patience import wait_until

PATIENT = "import time; time.sleep(3600)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(3600)
"""
PARENT = """
import sys, time
from pathlib import Path
from bin.children import Child
command = [sys.executable, "-c", "import time; time.sleep(3600)"]
child = Child(name="web", command=command, log=Path(sys.argv[1]))
child.start()
print(child.process.pid, flush=True)
time.sleep(3600)
"""


LEADER = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"]).pid, flush=True)
time.sleep(3600)
"""


@pytest.fixture
def child(tmp_path):
    def make(program):
        made.append(Child(name="web", command=[sys.executable, "-c", program], log=tmp_path / "web.log"))
        return made[-1]

    made = []
    yield make
    stop_all(made, seconds=0.2)


def is_gone(number):
    return not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE


def kill(child):
    child.process.kill()
    child.process.wait()


def test_child_that_runs_is_left_alone(child):
    web = child(PATIENT)
    web.start()
    number = web.process.pid

    assert web.keep_alive() == ""
    assert web.process.pid == number


def test_child_that_was_killed_is_started_again_at_once(child, tmp_path):
    web = child(PATIENT)
    web.start()
    first = web.process
    kill(web)

    said = [web.keep_alive(), web.keep_alive()]

    assert said == [f"web 已停止（退出状态 -9），立即重新启动；日志：{tmp_path / 'web.log'}", ""]
    assert (web.process.pid != first.pid, web.process.poll()) == (True, None)


def test_child_that_keeps_ending_is_started_ever_later_and_stops_no_other(child, tmp_path):
    web, worker = child("raise SystemExit(3)"), child(PATIENT)
    worker.start()
    number = worker.process.pid
    said = []

    def has_ended_often():
        said.extend(filter(None, [web.keep_alive(), worker.keep_alive()]))
        return len(said) == 4

    wait_until(has_ended_often)

    pauses = ["立即", "1 秒后", "2 秒后", "5 秒后"]
    log = tmp_path / "web.log"
    assert said == [f"web 已停止（退出状态 3），{pause}重新启动；日志：{log}" for pause in pauses]
    assert (worker.process.pid, worker.process.poll()) == (number, None)


def test_child_that_cannot_be_started_is_tried_later(tmp_path):
    web = Child(name="web", command=[str(tmp_path / "missing")], log=tmp_path / "web.log")

    said = web.keep_alive()

    assert said.startswith("web 无法启动（[Errno 2] No such file or directory")
    assert said.endswith(f"），立即重新启动；日志：{tmp_path / 'web.log'}")


def test_child_that_ran_long_is_started_at_once_whatever_was_before(child):
    web = child(PATIENT)
    web.start()
    web.ends = 5
    web.started_at -= STEADY_SECONDS
    kill(web)

    said = web.keep_alive()

    assert (web.ends, "立即重新启动" in said) == (1, True)


def test_processes_of_a_killed_child_end_with_it(child, tmp_path):
    web = child(LEADER)
    web.start()
    log = tmp_path / "web.log"
    number = int(wait_until(lambda: log.exists() and log.read_text().endswith("\n") and log.read_text()))
    kill(web)

    web.keep_alive()

    wait_until(lambda: is_gone(number))


def test_service_that_runs_is_not_started(tmp_path):
    service = Service(name="valkey", command=["false"], log=tmp_path / "log", runs=lambda: True)

    assert (service.keep_alive(), service.process) == ("", None)


def test_service_that_is_gone_is_started_by_a_command_that_ends(tmp_path):
    mark = tmp_path / "runs"
    service = Service(
        name="valkey", command=["touch", str(mark)], log=tmp_path / "log", runs=lambda: mark.exists()
    )

    said = [service.keep_alive(), service.keep_alive()]
    service.process.wait()

    assert said == [f"valkey 已停止，立即重新启动；日志：{tmp_path / 'log'}", ""]
    assert (service.keep_alive(), service.ends) == ("", 1)


def test_stop_all_ends_one_that_does_not_listen(child, tmp_path):
    web = child(STUBBORN)
    web.start()
    wait_until(lambda: "up" in (tmp_path / "web.log").read_text())

    stop_all([web], seconds=0.2)

    assert web.process.returncode == -signal.SIGKILL


def test_child_ends_when_its_starter_is_killed(tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path / "web.log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        number = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)

    wait_until(lambda: is_gone(number))
