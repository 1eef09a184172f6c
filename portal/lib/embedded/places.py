"""Where the embedded services of a data directory are found. Settings read it; nothing is started here."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DATABASE = "portal"
OWNER_ROLE, APPLICATION_ROLE = "postgres", "portal_app"
# A socket's path has 107 bytes at most; the longest name inside the directory needs 20 of them.
SOCKET_DIR_BYTES = 85


@dataclass(frozen=True, kw_only=True)
class Needed:
    """Which services are not configured from outside."""

    database: bool
    broker: bool


def socket_dir(data_dir: Path, service: str) -> Path:
    """Return the directory of a service's socket, beside its data unless that path is too long."""
    near = data_dir / service
    if len(bytes(near)) <= SOCKET_DIR_BYTES:
        return near
    mark = hashlib.sha256(bytes(data_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"portal-{mark}-{service}"


def valkey_socket(data_dir: Path) -> Path:
    """Return the path of the embedded broker's socket."""
    return socket_dir(data_dir, "valkey") / "valkey.sock"


def database_url(data_dir: Path) -> str:
    """Return the address of the embedded database for the application, whose role `migrate` makes."""
    return _url(data_dir, APPLICATION_ROLE)


def owner_url(data_dir: Path) -> str:
    """Return the address of the embedded database for the owner of its tables."""
    return _url(data_dir, OWNER_ROLE)


def redis_url(data_dir: Path) -> str:
    """Return the address of the embedded broker."""
    return f"unix://{valkey_socket(data_dir)}"


def _url(data_dir: Path, role: str) -> str:
    return f"postgres://{role}@{quote(str(socket_dir(data_dir, 'postgres')), safe='')}/{DATABASE}"
