"""The services that the portal brings along when none are configured: PostgreSQL and Valkey, private to it."""

import hashlib
import tempfile
from pathlib import Path
from urllib.parse import quote

DATABASE = "portal"
# A socket's path has 107 bytes at most; the longest name inside the directory needs 20 of them.
SOCKET_DIR_BYTES = 85


def socket_dir(data_dir: Path, service: str) -> Path:
    """Return where the sockets of a service of this data directory live."""
    near = data_dir / service
    if len(bytes(near)) <= SOCKET_DIR_BYTES:
        return near
    mark = hashlib.sha256(bytes(data_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"portal-{mark}-{service}"


def database_url(data_dir: Path) -> str:
    """Return the address of the embedded database."""
    return f"postgres://postgres@{quote(str(socket_dir(data_dir, 'postgres')), safe='')}/{DATABASE}"


def redis_url(data_dir: Path) -> str:
    """Return the address of the embedded broker."""
    return f"unix://{socket_dir(data_dir, 'valkey')}/valkey.sock"
