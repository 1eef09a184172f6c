from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from associations.models import Association
from portal.jobs.attempts import LostJob, claim
from portal.jobs.models import BATCH, Job, JobState
from tests.jobs.conftest import expire
from tests.patience import SECONDS


@pytest.mark.django_db(transaction=True)
def test_claim_of_forty_workers_at_once_succeeds_for_one(make_job):
    job = make_job()
    start = Barrier(40, timeout=SECONDS)

    def take(_):
        try:
            connection.ensure_connection()
            start.wait()
            return claim(job.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(40) as pool:
        taken = [attempt for attempt in pool.map(take, range(40)) if attempt]

    job.refresh_from_db()
    assert [attempt.number for attempt in taken] == [1]
    assert (job.state, job.attempts) == (JobState.RUNNING, 1)


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_claim_of_ended_job_takes_nothing(make_job, django_assert_num_queries, state):
    job = make_job(state=state, finished_at="2026-01-01T00:00Z")

    with django_assert_num_queries(1):
        attempt = claim(job.pk)

    assert attempt is None


def test_claim_of_running_job_takes_nothing(make_job):
    job = make_job()
    claim(job.pk)

    assert claim(job.pk) is None


def test_claim_of_batch_takes_nothing(make_job):
    assert claim(make_job(kind=BATCH).pk) is None


def test_claim_of_expired_lease_takes_over(make_job):
    job = make_job()
    claim(job.pk)
    expire(job)

    assert claim(job.pk).number == 2


def test_claim_of_exhausted_job_takes_nothing(make_job):
    job = make_job(attempts=3)

    assert claim(job.pk) is None


def test_finishing_by_worker_whose_lease_was_taken_over_writes_nothing(make_job, place):
    job = make_job()
    stale = claim(job.pk)
    expire(job)
    fresh = claim(job.pk)

    with pytest.raises(LostJob), stale.finishing(by="stale"):
        Association.objects.filter(pk=place.pk).update(address="stale")
    with fresh.finishing(by="fresh"):
        Association.objects.filter(pk=place.pk).update(address="fresh")

    job.refresh_from_db()
    place.refresh_from_db()
    assert (job.state, job.result, place.address) == (JobState.DONE, {"by": "fresh"}, "fresh")


def test_finishing_whose_effect_fails_leaves_the_job_running(make_job):
    job = make_job()
    attempt = claim(job.pk)

    with pytest.raises(ZeroDivisionError), attempt.finishing():
        1 / 0  # noqa: B018

    job.refresh_from_db()
    assert (job.state, job.finished_at) == (JobState.RUNNING, None)


@pytest.mark.parametrize(
    "write",
    [
        lambda attempt: attempt.renew(),
        lambda attempt: attempt.report_progress(1, 2),
        lambda attempt: attempt.put_back("x"),
        lambda attempt: attempt.fail("x"),
    ],
)
def test_every_write_of_stale_worker_is_refused(make_job, write):
    job = make_job()
    stale = claim(job.pk)
    expire(job)
    claim(job.pk)
    before = Job.objects.filter(pk=job.pk).values().get()

    with pytest.raises(LostJob):
        write(stale)

    assert Job.objects.filter(pk=job.pk).values().get() == before
