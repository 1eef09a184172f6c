import base64
import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.lib.env import kept_secret, read_key, read_keyring

OLD, NEW = b"o" * 32, b"n" * 32


def encoded(key):
    return base64.b64encode(key).decode()


def test_keyring_keeps_the_order_of_its_entries():
    ring = read_keyring("KEYS", f"2026:{encoded(NEW)}, 2025:{encoded(OLD)}")

    assert list(ring.items()) == [("2026", NEW), ("2025", OLD)]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "KEYS must be a list of id:base64 with different ids"),
        (encoded(NEW), "KEYS must be a list of id:base64 with different ids"),
        (f":{encoded(NEW)}", "KEYS must be a list of id:base64 with different ids"),
        (f"a:{encoded(NEW)},a:{encoded(OLD)}", "KEYS must be a list of id:base64 with different ids"),
        ("a:not base64", "KEYS (a) is not base64"),
        (f"a:{encoded(b'x' * 31)}", "KEYS (a) must be 32 bytes in base64, it has 31"),
    ],
)
def test_keyring_refuses_nonsense(text, complaint):
    with pytest.raises(ImproperlyConfigured) as refusal:
        read_keyring("KEYS", text)

    assert str(refusal.value) == complaint


def test_key_refusal_does_not_show_the_key():
    with pytest.raises(ImproperlyConfigured) as refusal:
        read_key("KEY", encoded(b"secret-of-somebody"))

    assert encoded(b"secret-of-somebody") not in str(refusal.value)


def test_kept_secret_is_made_once_and_private(tmp_path):
    path = tmp_path / "secrets" / "key"

    first, second = kept_secret(path), kept_secret(path)

    assert first == second
    assert len(base64.b64decode(first)) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
