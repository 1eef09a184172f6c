"""Processes that live and die with the one that started them."""

import ctypes
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 12
# A process that dies this often within a minute will not get well by being started again.
MOST_STARTS = 4
PR_SET_PDEATHSIG = 1


class GaveUp(Exception):
    """A process would not stay alive."""


@dataclass(kw_only=True)
class Child:
    """One program that is kept running."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.started_at.append(time.monotonic())
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches the supervisor alone, which stops all in order.
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def keep_alive(self) -> bool:
        """Start the program again if it ended. Says whether that was needed."""
        if self.process is not None and self.process.poll() is None:
            return False
        recent = [at for at in self.started_at if at > time.monotonic() - 60]
        if len(recent) >= MOST_STARTS:
            raise GaveUp(f"{self.name} 反复退出，日志：{self.log}")
        self.start()
        return True


def stop_all(children: list[Child], seconds: float = STOP_SECONDS) -> None:
    """Ask all to end, wait, and end the rest with everything that they started."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        if process.poll() is None:
            process.terminate()
    end = time.monotonic() + seconds
    for process in running:
        try:
            process.wait(timeout=max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _die_with_parent() -> None:
    # A supervisor that was killed cannot stop anything: the kernel then does it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
