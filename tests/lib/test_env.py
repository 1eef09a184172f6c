import base64
import stat
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.lib.env import Rate, kept_secret, read_key, read_keyring, read_rate

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


@pytest.mark.parametrize(
    ("text", "count", "period"),
    [
        ("600/min", 600, timedelta(minutes=1)),
        (" 5/30min ", 5, timedelta(minutes=30)),
        ("1/s", 1, timedelta(seconds=1)),
        ("20/2hour", 20, timedelta(hours=2)),
        ("999999/day", 999_999, timedelta(days=1)),
    ],
)
def test_rate_is_read(text, count, period):
    assert read_rate("LIMIT", text) == Rate(count=count, period=period)


@pytest.mark.parametrize(
    "text", ["", "600", "0/min", "5/0min", "-5/min", "5/week", "5/min/min", "5.5/min", "1000000/day"]
)
def test_rate_that_limits_nothing_or_all_is_refused(text):
    with pytest.raises(ImproperlyConfigured) as refusal:
        read_rate("LIMIT", text)

    assert str(refusal.value) == f"LIMIT must be a rate such as 600/min or 5/30min, it is {text!r}"


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (1800, 30)])
def test_period_is_told_in_whole_minutes(seconds, minutes):
    assert Rate(count=5, period=timedelta(seconds=seconds)).minutes == minutes
