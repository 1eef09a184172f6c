"""Codes on paper that stand in for a lost telephone."""

import hashlib
import secrets

CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike on paper
GROUPS, GROUP_LENGTH = 4, 4
HASH_LENGTH = 16  # as much as django-otp's column holds


def new_code() -> str:
    """Make a code of 79 random bits: abcd-efgh-jkmn-pqrs."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def plain(code: str) -> str:
    """Take away what people add when they type a code: spaces, strokes, capital letters."""
    return "".join(code.replace("-", "").split()).lower()


def code_hash(code: str) -> str:
    """Return what is kept of a code."""
    return hashlib.sha256(plain(code).encode(errors="replace")).hexdigest()[:HASH_LENGTH]
