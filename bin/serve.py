"""Start database, broker, web server, worker and scheduler, and stop them together."""

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psycopg2
from django.conf import settings

from bin.children import Child, GaveUp, stop_all
from portal.lib.embedded import places
from portal.lib.embedded.services import borrowed

HOST = "127.0.0.1"
# SIGINT too: a shell that starts a command in the background has it ignored.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READY_SECONDS = 60
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


def collect_assets() -> None:
    """Publish the static files when one of them is newer than the last publication."""
    stamp = settings.DATA_DIR / "static.done"
    sources = [path for folder in ("static", "node_modules") for path in Path(folder).rglob("*")]
    newest = max(path.stat().st_mtime for path in (*sources, Path("requirements.txt")) if path.is_file())
    if settings.DEBUG or (stamp.exists() and stamp.stat().st_mtime >= newest):
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


def wait_until_ready(port: int, children: list[Child]) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        for child in children:
            child.keep_alive()
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise CannotStart(f"网页服务未能启动，日志：{settings.DATA_DIR / 'logs'}")


def announce(port: int) -> None:
    say(f"\n计生协工作平台已启动：http://localhost:{port}")
    if settings.EMBEDDED:
        say(f"演示账号：{DEMO_ACCOUNTS}\n演示密码：{demo_password()}")
    say(f"日志：{settings.DATA_DIR / 'logs'}\n按 Ctrl-C 停止。")


def serve(port: int) -> None:
    """Run until a signal comes."""
    wait_for_port(port)
    with borrowed(settings.DATA_DIR, needed=settings.NEEDED_SERVICES):
        manage("migrate", "--noinput", "--skip-checks", "--verbosity", "0")
        load_demo()
        collect_assets()
        children = programs(port)
        try:
            wait_until_ready(port, children)
            announce(port)
            while True:
                for child in children:
                    if child.keep_alive():
                        say(f"{child.name} 意外退出，已重新启动")
                time.sleep(1)
        finally:
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            say("正在停止……")
            stop_all(children)


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
        except (CannotStart, GaveUp, RuntimeError) as problem:
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
