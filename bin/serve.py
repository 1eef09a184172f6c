"""Start database, broker, web server, worker and scheduler, and stop them together."""

import fcntl
import json
import math
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psycopg2
from django.conf import settings

from bin import services
from bin.children import Child, stop_all
from portal.lib.embedded import places
from portal.lib.embedded.services import borrowed

HOST = "127.0.0.1"
# SIGINT too: a shell that starts a command in the background has it ignored.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READY_SECONDS = 60
LOOK_SECONDS = 0.5
FREE_SECONDS = 8
DEMO_ACCOUNTS = (
    "admin jx_office jx_leader nc_office dh_office dh_leader dh_family pt_office xy_office auditor api_client"
)


class CannotStart(Exception):
    """Says why, and what to do."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def manage(*arguments: str) -> None:
    command = subprocess.Popen([sys.executable, "manage.py", *arguments])
    try:
        status = command.wait()
    except KeyboardInterrupt:
        # It uses the services as well: they can stop only after it has gone.
        command.terminate()
        command.wait()
        raise
    if status != 0:
        raise CannotStart(f"manage.py {' '.join(arguments)} 失败（{status}）")


def wait_for_port(port: int, seconds: float = FREE_SECONDS) -> None:
    """Wait a moment for the port: a run that was just stopped may still be letting go of it."""
    end = time.monotonic() + seconds
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                if time.monotonic() > end:
                    raise CannotStart(
                        f"端口 {port} 已被其他程序占用。换一个端口：PORT={port + 1} bin/run"
                    ) from None
            else:
                return
        time.sleep(0.5)


def demo_password() -> str:
    """The password of the demo accounts: from DEMO_PASSWORD the first time, else random, and kept."""
    kept = settings.DATA_DIR / "demo-password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(
            os.environ.get("DEMO_PASSWORD") or f"Jx-{secrets.token_hex(3)}-{secrets.token_hex(3)}"
        )
    return kept.read_text()


def is_empty() -> bool:
    host = str(places.socket_dir(settings.DATA_DIR, "postgres"))
    connection = psycopg2.connect(host=host, user=places.OWNER_ROLE, dbname=places.DATABASE)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM accounts_user)")
        row = cursor.fetchone()
    connection.close()
    return row == (True,)


def load_demo() -> None:
    """Fill an empty embedded database. A database that somebody configured never gets demo accounts."""
    if not (settings.EMBEDDED and is_empty()):
        return
    os.environ["DEMO_PASSWORD"] = demo_password()
    say("首次运行：载入行政区划、政策和演示数据")
    manage("load_demo")


def assets_are_whole() -> bool:
    # Every web process reads it first of all, and ends where a full disk or a power cut left half of it.
    try:
        json.loads((settings.STATIC_ROOT / "staticfiles.json").read_text())
    except (OSError, ValueError):
        return False
    return True


def collect_assets() -> None:
    """Publish the static files when one is newer than the last publication, or that was damaged."""
    stamp = settings.DATA_DIR / "static.done"
    sources = [path for folder in ("static", "node_modules") for path in Path(folder).rglob("*")]
    newest = max(path.stat().st_mtime for path in (*sources, Path("requirements.txt")) if path.is_file())
    is_current = stamp.exists() and stamp.stat().st_mtime >= newest
    if settings.DEBUG or (is_current and assets_are_whole()):
        return
    manage("collectstatic", "--noinput", "--clear", "--verbosity", "0")
    stamp.touch()


def programs(port: int) -> list[Child]:
    logs = settings.DATA_DIR / "logs"
    logs.mkdir(exist_ok=True)
    python = [sys.executable, "-m"]
    web = ["gunicorn", "--no-control-socket", "--bind", f"{HOST}:{port}", "--workers", "2", "--timeout", "60"]
    worker = ["celery", "--app", "portal", "worker", "--loglevel", "INFO"]
    beat = ["celery", "--app", "portal", "beat", "--loglevel", "INFO", "--pidfile", ""]
    commands = {
        "web": [*web, "--max-requests", "5000", "portal.wsgi"],
        "worker": [*worker, "--hostname", "worker@%h", "--queues", "celery", "--concurrency", "2"],
        # Alone in its queue, so that a batch of reports does not keep it waiting.
        "sweeper": [*worker, "--hostname", "sweeper@%h", "--queues", "sweep", "--pool", "solo"],
        "beat": beat,
    }
    return [
        Child(name=name, command=[*python, *command], log=logs / f"{name}.log")
        for name, command in commands.items()
    ]


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=1).close()
    except OSError:
        return False
    return True


def announce(port: int) -> None:
    say(f"\n计生协工作平台已启动：http://localhost:{port}")
    if settings.EMBEDDED:
        say(f"演示账号：{DEMO_ACCOUNTS}\n演示密码：{demo_password()}")
    say(f"日志：{settings.DATA_DIR / 'logs'}\n按 Ctrl-C 停止。")


def note(event: str) -> None:
    """Say what happened to a child, on the screen and in a log that outlives it."""
    say(event)
    # A disk that is full takes no line, and the children need their supervisor all the more.
    with suppress(OSError), (settings.DATA_DIR / "logs" / "run.log").open("a") as log:
        log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {event}\n")


def keep_running(port: int, children: list[Child]) -> NoReturn:
    """Look after every child by itself, and announce the portal once it answers."""
    is_announced = False
    late_at = time.monotonic() + READY_SECONDS
    while True:
        for child in children:
            if event := child.keep_alive():
                note(event)
        if not is_announced and answers(port):
            announce(port)
            is_announced = True
        if not is_announced and time.monotonic() > late_at:
            note(f"网页服务在 {READY_SECONDS} 秒内未能启动，继续尝试；日志：{settings.DATA_DIR / 'logs'}")
            late_at = math.inf
        time.sleep(LOOK_SECONDS)


def supervise(port: int) -> NoReturn:
    """Run everything that a prepared portal is made of, until a signal comes."""
    children = [*services.embedded(settings.DATA_DIR, settings.NEEDED_SERVICES), *programs(port)]
    try:
        keep_running(port, children)
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        say("正在停止……")
        stop_all(children)


def serve(port: int) -> None:
    wait_for_port(port)
    with borrowed(settings.DATA_DIR, needed=settings.NEEDED_SERVICES):
        manage("migrate", "--noinput", "--skip-checks", "--verbosity", "0")
        load_demo()
        collect_assets()
        supervise(port)


def main() -> int:
    for number in STOP_SIGNALS:
        signal.signal(number, _interrupt)
    text = os.environ.get("PORT", "8000")
    if not (text.isdecimal() and 0 < int(text) < 65536):
        return _refuse(f"PORT 不是端口号：{text}")
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _refuse(f"已有一个 bin/run 在使用 {settings.DATA_DIR}，请先停止它（Ctrl-C）")
        try:
            serve(int(text))
        except KeyboardInterrupt:
            say("已停止")
        except (CannotStart, RuntimeError) as problem:
            return _refuse(str(problem))
    return 0


def _refuse(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 1


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    sys.exit(main())
