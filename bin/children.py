"""Processes that live and die with the one that started them, each kept running on its own."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 12
# How long to wait before the first, second, … start again; the last holds for all that follow.
PAUSES = (0, 1, 2, 5, 10, 30, 60)
# What ran this long was well: its next end counts as a first one.
STEADY_SECONDS = 60
PR_SET_PDEATHSIG = 1
# Found here, because the new process may look for nothing between its fork and its program.
LIBC = ctypes.CDLL(None)


@dataclass(kw_only=True)
class Child:
    """One program that is kept running."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    ends: int = field(default=0, init=False)
    started_at: float = field(default=0.0, init=False)
    due_at: float | None = field(default=0.0, init=False)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keep_alive(self) -> str:
        """Start the program again when it has ended and its pause is over. Says what happened, if anything.

        However often it ends, it is only started later: the others have no part in it.
        """
        if self.is_alive():
            return ""
        if self.due_at is None:
            self._end_the_rest()
            return self._put_off(f"已停止{self._status()}")
        if time.monotonic() < self.due_at:
            return ""
        try:
            self.start()
        except OSError as error:
            return self._put_off(f"无法启动（{error}）")
        return ""

    def start(self) -> None:
        self.started_at = time.monotonic()
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
        self.due_at = None

    def _put_off(self, what: str) -> str:
        now = time.monotonic()
        self.ends = 1 if now - self.started_at >= STEADY_SECONDS else self.ends + 1
        pause = PAUSES[min(self.ends, len(PAUSES)) - 1]
        self.due_at = now + pause
        when = f"{pause} 秒后重新启动" if pause else "立即重新启动"
        return f"{self.name} {what}，{when}；日志：{self.log}"

    def _status(self) -> str:
        return f"（退出状态 {self.process.returncode}）" if self.process else ""

    def _end_the_rest(self) -> None:
        # A killed server leaves processes behind that hold its port and its jobs. At once, while the number
        # is surely theirs.
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


@dataclass(kw_only=True)
class Service(Child):
    """A server that goes on by itself: the command starts it and ends, `runs` says whether it is there."""

    runs: Callable[[], bool]
    due_at: float | None = field(default=None, init=False)

    def is_alive(self) -> bool:
        return super().is_alive() or self.runs()

    def _end_the_rest(self) -> None:
        # The server is in no group of ours, and whoever starts it again waits for what is left of it.
        return


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
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
