from threading import enumerate as threads

import pytest
from django.db import transaction

from portal.celery import app
from portal.jobs import actions, broker, worker
from portal.jobs.models import Job, JobState
from tests.patience import SECONDS, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker_at():
    """Point Celery at another broker for one test."""
    before = app.conf.broker_url, app.conf.broker_transport_options

    def point(url, options=before[1]):
        app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = url
        app.conf.broker_transport_options = options
        # Both pools are kept per address and found anew.
        app._pool = app.amqp._producer_pool = None

    yield point
    point(*before)


def test_job_enqueued_without_broker_is_kept_and_runs_later(broker_at, closed_broker, handlers, place):
    handlers["trial"] = finish
    broker_at(closed_broker)

    job = enqueue(place, key="one")
    worker.work(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_who_enqueues_a_job_does_not_wait_for_a_frozen_broker(broker_at, silent_broker, place):
    taken, url = silent_broker
    broker_at(url, {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS})
    before = set(threads())

    enqueue(place, key="one")

    assert [thread.name for thread in set(threads()) - before] == ["wake"]
    wait_until(lambda: taken)


def test_messages_cannot_be_counted_without_broker(broker_at, closed_broker):
    broker_at(closed_broker)

    assert broker.queued_count() is None


def test_same_key_gives_the_same_job_and_one_message(monkeypatch, place):
    sent = []
    monkeypatch.setattr(broker, "wake", lambda job_ids: sent.extend(job_ids))

    first, second = enqueue(place, key="one"), enqueue(place, key="one")

    assert first == second
    assert sent == [first.pk]


def test_job_of_a_transaction_that_is_rolled_back_was_never_there(monkeypatch, place):
    sent = []
    monkeypatch.setattr(broker, "wake", lambda job_ids: sent.extend(job_ids))

    with transaction.atomic():
        enqueue(place, key="one")
        transaction.set_rollback(True)

    assert not Job.objects.exists()
    assert sent == []


def finish(attempt):
    with attempt.finishing():
        pass


def enqueue(place, *, key):
    return actions.enqueue(kind="trial", key=key, arguments={}, association=place, by=None)
