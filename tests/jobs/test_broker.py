import time

import pytest
from django.db import transaction

from portal.celery import app
from portal.jobs import actions, broker, worker
from portal.jobs.models import Job, JobState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker_at():
    """Point Celery at another broker for one test."""
    before = app.conf.broker_url

    def point(url):
        app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = url
        # Both pools are kept per address and found anew.
        app._pool = app.amqp._producer_pool = None

    yield point
    point(before)


@pytest.mark.parametrize("which", ["frozen_broker", "closed_broker"])
def test_job_enqueued_without_broker_is_kept_and_runs_later(request, which, broker_at, handlers, place):
    handlers["trial"] = finish
    broker_at(request.getfixturevalue(which))

    started = time.monotonic()
    job = enqueue(place, key="one")
    seconds = time.monotonic() - started
    worker.work(job.pk)

    job.refresh_from_db()
    assert seconds < 3
    assert job.state == JobState.DONE


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
