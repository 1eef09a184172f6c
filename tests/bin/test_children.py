import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from bin.children import Child, GaveUp, stop_all

PATIENT = "import time; time.sleep(60)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""
PARENT = """
import sys, time
from pathlib import Path
from bin.children import Child
command = [sys.executable, "-c", "import time; time.sleep(60)"]
child = Child(name="web", command=command, log=Path(sys.argv[1]))
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def child(tmp_path):
    def make(program):
        made.append(Child(name="web", command=[sys.executable, "-c", program], log=tmp_path / "web.log"))
        return made[-1]

    made = []
    yield make
    stop_all(made, seconds=0.2)


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_child_that_runs_is_left_alone(child):
    web = child(PATIENT)
    web.start()
    number = web.process.pid

    assert web.keep_alive() is False
    assert web.process.pid == number


def test_child_that_was_killed_is_started_again(child):
    web = child(PATIENT)
    web.start()
    first = web.process
    first.kill()
    first.wait()

    assert web.keep_alive() is True
    assert (web.process.pid != first.pid, web.process.poll()) == (True, None)


def test_child_that_keeps_ending_is_given_up_with_its_log_named(child, tmp_path):
    web = child("raise SystemExit(3)")
    web.start()
    for _ in range(3):
        web.process.wait()
        web.keep_alive()
    web.process.wait()

    with pytest.raises(GaveUp) as given_up:
        web.keep_alive()

    assert str(given_up.value) == f"web 反复退出，日志：{tmp_path / 'web.log'}"


def test_stop_all_ends_one_that_does_not_listen(child, tmp_path):
    web = child(STUBBORN)
    web.start()
    assert wait_for(lambda: "up" in (tmp_path / "web.log").read_text())

    stop_all([web], seconds=0.2)

    assert web.process.returncode == -signal.SIGKILL


def test_child_ends_when_its_starter_is_killed(tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path / "web.log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        number = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)

    def is_gone():
        return not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE

    assert wait_for(is_gone)
