"""What a request pays when the broker is away: it tries once, gives up soon, and the sweeper sends later."""

import os
import signal
from contextlib import suppress
from threading import Thread

import pytest
from celery import Celery
from django.conf import settings
from kombu import Connection
from kombu.exceptions import OperationalError

from portal.lib.embedded import places, valkey
from tests.patience import SECONDS

# A page answers within three seconds whatever the broker does, and announcing the job is not all of its work.
LONGEST_SECONDS = 2.5


@pytest.fixture
def broker(tmp_path):
    valkey.start(tmp_path)
    number = int((tmp_path / "valkey" / "pid").read_text())
    yield number, places.redis_url(tmp_path).replace("unix://", "redis+socket://")
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


def announce(url):
    """Send as the portal does, with its settings, to this broker."""
    app = Celery(set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = url
    try:
        app.send_task("portal.jobs.jobs.sweep")
    finally:
        app.close()


def announced(url):
    """Announce in a thread, which a wait without an end cannot hold up; return what was raised."""
    raised = []

    def attempt():
        try:
            announce(url)
        except OperationalError as error:
            raised.append(error)

    thread = Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(SECONDS)
    return raised


def waiting(url):
    with Connection(url) as connection, connection.SimpleQueue("sweep") as queue:
        return queue.qsize()


def test_announcement_reaches_a_broker_that_runs(broker):
    _, url = broker

    announce(url)

    assert waiting(url) == 1


def test_announcement_to_a_frozen_broker_gives_up_soon(silent_broker):
    taken, url = silent_broker

    raised = announced(url)

    # Each connection waits for one answer: their number tells the seconds, whatever else the machine does.
    longest_wait = len(taken) * settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"]
    assert [type(error) for error in raised] == [OperationalError]
    assert 0 < longest_wait <= LONGEST_SECONDS


def test_announcement_to_a_missing_broker_gives_up(broker):
    number, url = broker
    os.kill(number, signal.SIGKILL)

    with pytest.raises(OperationalError):
        announce(url)
