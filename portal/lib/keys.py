"""Whether the keys in the settings are those that a database was filled with.

A check value is a keyed digest of the key's own name. It proves a key to whoever holds it and tells others
nothing; so it may lie in the database, and in the manifest of a backup.
"""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

SEARCH = "PERSONAL_DATA_SEARCH_KEY"
RING = "PERSONAL_DATA_KEYS"
MISSING = "缺少{place}"
WRONG = "{place}不是这个数据库的密钥"


@sensitive_variables()
def check_values() -> dict[str, str]:
    """Return the check value of every key in the settings."""
    ring = {ring_name(key_id): key for key_id, key in settings.PERSONAL_DATA_KEYS.items()}
    keys = {SEARCH: settings.PERSONAL_DATA_SEARCH_KEY} | ring
    return {
        name: hmac.new(key, f"key check {name}".encode(), hashlib.sha256).hexdigest()
        for name, key in keys.items()
    }


def ring_name(key_id: str) -> str:
    """Return the name under which a key that seals is checked."""
    return f"{RING}:{key_id}"


def newest() -> str:
    """Return the name of the key that seals from now on."""
    return ring_name(next(iter(settings.PERSONAL_DATA_KEYS)))


def misfits(recorded: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the keys in the settings, by the name of the key: missing, or another one."""
    own = check_values()
    return {
        name: (WRONG if name in own else MISSING).format(place=place_of(name))
        for name, value in recorded.items()
        if not hmac.compare_digest(own.get(name, ""), value)
    }


def place_of(name: str) -> str:
    """Say where a key is looked for: the file that keeps it, or the environment variable."""
    if file := file_of(name):
        return f"密钥文件 {file}"
    variable, _, key_id = name.partition(":")
    return f"环境变量 {variable} 中编号为 {key_id} 的密钥" if key_id else f"环境变量 {variable} 的密钥"


def file_of(name: str) -> Path | None:
    """Return the file that keeps a key where the settings name none; see `kept_secret`."""
    files = {
        SEARCH: settings.DATA_DIR / "secrets" / "personal_data_search_key",
        ring_name("local"): settings.DATA_DIR / "secrets" / "personal_data_key",
    }
    file = files.get(name)
    return file if file and file.exists() else None
