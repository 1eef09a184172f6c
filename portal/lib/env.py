"""Readers of environment variables that refuse nonsense instead of guessing."""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
RATE = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,3})?(s|m|min|minute|h|hour|d|day)")
UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


@dataclass(frozen=True, kw_only=True)
class Rate:
    """So many in such a time."""

    count: int
    period: timedelta

    @property
    def minutes(self) -> int:
        return -(-self.period // timedelta(minutes=1))


# The files of secrets that this process made because there were none.
made_now: list[Path] = []


def kept_secret(path: Path) -> str:
    """Return the secret stored in this file; the first call makes it at random, for the owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        secret = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        file.write(secret)
    made_now.append(path)
    return secret


def read_key(name: str, text: str) -> bytes:
    """Return the 32 bytes that a base64 text stands for.

    Raises: ImproperlyConfigured naming the variable, never showing its value.
    """
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ImproperlyConfigured(f"{name} is not base64") from None
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must be {KEY_BYTES} bytes in base64, it has {len(key)}")
    return key


def read_keyring(name: str, text: str) -> dict[str, bytes]:
    """Return the keys of `id:base64,id:base64`, newest first.

    Raises: ImproperlyConfigured for an entry without id, a repeated id, or a key of the wrong length.
    """
    ring: dict[str, bytes] = {}
    for entry in text.split(","):
        key_id, colon, key = entry.strip().partition(":")
        if not (colon and key_id) or key_id in ring:
            raise ImproperlyConfigured(f"{name} must be a list of id:base64 with different ids")
        ring[key_id] = read_key(f"{name} ({key_id})", key)
    return ring


def read_rate(name: str, text: str) -> Rate:
    """Return what `600/min` or `5/30min` stands for.

    Raises: ImproperlyConfigured for anything else, and for none at all.
    """
    found = RATE.fullmatch(text.strip())
    if not found:
        raise ImproperlyConfigured(f"{name} must be a rate such as 600/min or 5/30min, it is {text!r}")
    count, times, unit = found.groups()
    return Rate(count=int(count), period=int(times or 1) * UNITS[unit[0]])


def sign_in(database: Mapping[str, Any]) -> dict[str, str]:
    """Return the part of Django's database settings that says where and as whom to sign in."""
    # A socket's directory is written with %2F.
    host = unquote(database["HOST"])
    return {name: database[name] for name in ("USER", "PASSWORD", "PORT")} | {"HOST": host}
