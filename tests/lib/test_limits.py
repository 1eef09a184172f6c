"""What several processes count together, and what happens while the broker cannot be asked."""

import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta

import pytest

from portal.lib import limits
from portal.lib.embedded import places, valkey
from portal.lib.env import Rate
from portal.lib.limits import Limit

PATIENCE_SECONDS = 60
A_DAY = 86_400
TAKE_THREE = """
import sys
import django
django.setup()
from datetime import timedelta
from django.conf import settings
from portal.lib import limits
from portal.lib.env import Rate
settings.LIMITS_PREFIX = sys.argv[1]
limit = limits.Limit(kind="trial", whose="somebody", rate=Rate(count=5, period=timedelta(hours=1)))
print([limits.take(limit) == 0 for _ in range(3)])
"""


def limit(count=5, whose="somebody", **period):
    return Limit(
        kind="trial", whose=whose, rate=Rate(count=count, period=timedelta(**(period or {"hours": 1})))
    )


def test_two_processes_share_one_count(settings):
    command = [sys.executable, "-c", TAKE_THREE, settings.LIMITS_PREFIX]

    said = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]

    assert said == ["[True, True, True]\n", "[True, True, False]\n"]
    assert 3500 < limits.seconds_to_wait(limit()) <= 3600


def test_asking_takes_no_place():
    assert [limits.seconds_to_wait(limit()) for _ in range(10)] == [0] * 10


def test_everybody_is_counted_apart_and_forgotten_apart():
    for whose in ("one", "other"):
        limits.take(limit(1, whose))

    limits.forget(limit(1, "one"))

    assert [limits.seconds_to_wait(limit(1, whose)) > 0 for whose in ("one", "other")] == [False, True]


def test_place_is_free_again_after_the_time():
    short = limit(2, seconds=1)
    taken = [limits.take(short) for _ in range(3)]
    end = time.monotonic() + PATIENCE_SECONDS

    while limits.take(short):
        assert time.monotonic() < end

    assert taken[:2] == [0, 0]
    assert 0 < taken[2] <= 1


def test_lower_limit_counts_what_was_taken_under_the_higher_one():
    for _ in range(5):
        limits.take(limit(5))

    assert limits.take(limit(2)) > 0


def test_key_names_nobody():
    assert "somebody" not in limit().key


@pytest.fixture
def silent(settings):
    """A broker that takes connections and never says a word; call it for their number."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        taken = []

        def count():
            with suppress(BlockingIOError):
                while True:
                    taken.append(server.accept()[0])
            return len(taken)

        yield count
        for connection in taken:
            connection.close()


def test_silent_broker_is_asked_once_and_holds_up_one_request_only(silent, caplog, monkeypatch):
    monkeypatch.setattr(limits, "REST_SECONDS", A_DAY)
    started = time.monotonic()
    waits = [limits.take(limit(1)) for _ in range(1000)]
    seconds = time.monotonic() - started

    assert waits == [0] * 1000
    assert silent() == 1
    # A thousand waits would take four minutes.
    assert seconds < PATIENCE_SECONDS
    assert limits.are_counted() is False
    assert [record.msg["event"] for record in caplog.records] == ["limits_not_counted"]


def test_counting_goes_on_when_the_broker_is_back(settings, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(limits, "REST_SECONDS", 0)
    settings.REDIS_URL = places.redis_url(tmp_path)
    valkey.start(tmp_path)
    limits.take(limit(1))

    valkey.stop(tmp_path)
    away = (limits.take(limit(1)), limits.are_counted())
    valkey.start(tmp_path)
    back = [limits.take(limit(1)) > 0 for _ in range(2)]
    is_counted = limits.are_counted()
    valkey.stop(tmp_path)

    assert away == (0, False)
    assert (back, is_counted) == ([False, True], True)


def test_forgetting_without_a_broker_is_no_failure(settings, closed_broker):
    settings.REDIS_URL = closed_broker

    limits.forget(limit())

    assert limits.are_counted() is False
