"""Personal data at rest: sealed with AES-256-GCM, found again by a keyed hash.

A sealed value is the id of its key, a colon, 12 bytes of nonce, then the cipher text with its tag. The
purpose ("person.id_number") is bound into the tag: a value copied into another column does not open there.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from .key_checks import require_right_keys

NONCE_BYTES = 12
TAG_BYTES = 16
SHOWN_ID = 40


class SealError(Exception):
    """A sealed value that cannot be opened; the message holds neither keys nor contents."""


class UnknownKeyError(SealError):
    """The key is not, or no longer, in PERSONAL_DATA_KEYS."""


class BrokenSealError(SealError):
    """The bytes were changed, cut, or sealed for another purpose."""


@sensitive_variables()
def seal(text: str, purpose: str) -> bytes:
    """Seal a text with the newest key; the same text never gives the same bytes twice.

    Raises: WrongKeys where the keys are not those of the database.
    """
    return seal_bytes(text.encode(), purpose)


@sensitive_variables()
def seal_bytes(content: bytes, purpose: str) -> bytes:
    """Seal the content of a file as `seal` does a text.

    Raises: WrongKeys.
    """
    require_right_keys()
    key_id, key = next(iter(_keyring().items()))
    nonce = os.urandom(NONCE_BYTES)
    return key_id.encode() + b":" + nonce + AESGCM(key).encrypt(nonce, content, purpose.encode())


@sensitive_variables()
def unseal(sealed: bytes | memoryview, purpose: str) -> str:
    """Return the text that was sealed for this purpose.

    Raises: UnknownKeyError, BrokenSealError.
    """
    return unseal_bytes(sealed, purpose).decode()


@sensitive_variables()
def unseal_bytes(sealed: bytes | memoryview, purpose: str) -> bytes:
    """Return the content that was sealed for this purpose.

    Raises: UnknownKeyError, BrokenSealError.
    """
    key_id, body = _parted(sealed)
    key = _keyring().get(key_id)
    if key is None:
        raise UnknownKeyError(f"PERSONAL_DATA_KEYS has no key with the id {key_id[:SHOWN_ID]!r}")
    try:
        return AESGCM(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], purpose.encode())
    except InvalidTag:
        raise BrokenSealError(f"sealed bytes were changed, or not sealed for {purpose!r}") from None


def needs_new_key(sealed: bytes | memoryview) -> bool:
    """Tell whether a value is sealed with another key than the newest.

    Raises: BrokenSealError.
    """
    return _parted(sealed)[0] != next(iter(_keyring()))


@sensitive_variables()
def search_hash(text: str) -> str:
    """Return 64 hexadecimal digits by which an exact text is found without being opened.

    Without PERSONAL_DATA_SEARCH_KEY nobody can try all ID numbers against them. Pass the normalised form.
    """
    return hmac.new(settings.PERSONAL_DATA_SEARCH_KEY, text.encode(), hashlib.sha256).hexdigest()


@sensitive_variables()
def keyed_digest(text: str, purpose: str) -> str:
    """Return 64 hexadecimal digits by which a text is known again, and which nobody can try texts against."""
    return hmac.new(
        settings.PERSONAL_DATA_SEARCH_KEY, f"{purpose}\0{text}".encode(), hashlib.sha256
    ).hexdigest()


@sensitive_variables()
def derived(seed: bytes, purpose: str) -> bytes:
    """Return 20 secret bytes that take both the seed, which may be stored, and PERSONAL_DATA_SEARCH_KEY."""
    return hmac.new(settings.PERSONAL_DATA_SEARCH_KEY, purpose.encode() + seed, hashlib.sha256).digest()[:20]


def _keyring() -> dict[str, bytes]:
    ring: dict[str, bytes] = settings.PERSONAL_DATA_KEYS
    return ring


def _parted(sealed: bytes | memoryview) -> tuple[str, bytes]:
    # psycopg2 hands a binary column over as a memoryview.
    head, _, body = bytes(sealed).partition(b":")
    if len(body) < NONCE_BYTES + TAG_BYTES:
        raise BrokenSealError("sealed bytes are too short, or have no key id in front")
    return head.decode(errors="replace"), body
