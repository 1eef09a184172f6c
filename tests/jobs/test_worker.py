from threading import Barrier, Thread

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from portal.inbox.models import Message
from portal.jobs import actions, broker, worker
from portal.jobs.attempts import claim
from portal.jobs.models import BATCH, Job, JobState
from portal.lib.findings import Finding, RuleViolation, Severity
from tests import factories
from tests.jobs.conftest import expire
from tests.patience import SECONDS, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def woken(monkeypatch):
    """The keys that the broker was handed, without a broker."""
    sent = []
    monkeypatch.setattr(broker, "queued_count", lambda: 0)
    monkeypatch.setattr(broker, "wake", lambda job_ids: sent.extend(job_ids))
    return sent


def finish(attempt):
    with attempt.finishing(made=1):
        pass


def test_job_that_is_done_keeps_its_result(handlers, make_job):
    handlers["trial"] = finish
    job = make_job(progress_total=5)

    worker.work(job.pk)

    job.refresh_from_db()
    assert (job.state, job.result, job.attempts, job.progress_done) == (JobState.DONE, {"made": 1}, 1, 5)
    assert job.finished_at is not None
    assert job.lease_until is None


def test_doubled_message_does_the_work_once(handlers, make_job):
    done = []
    handlers["trial"] = lambda attempt: (done.append(attempt.number), finish(attempt))
    job = make_job()

    worker.work(job.pk)
    worker.work(job.pk)

    assert done == [1]


def test_message_for_unknown_job_does_nothing(db):
    worker.work("00000000-0000-0000-0000-000000000000")

    assert not Job.objects.exists()


def test_job_without_handler_is_tried_again_and_then_failed(handlers, make_job):
    job = make_job(kind="gone")

    for _ in range(4):
        worker.work(job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 3)


def test_poisonous_job_stops_after_three_tries_and_says_so(handlers, make_job):
    tries = []

    def poison(attempt):
        tries.append(attempt.number)
        raise ValueError("secret detail")

    handlers["trial"] = poison
    job = make_job()

    worker.work(job.pk)
    job.refresh_from_db()
    after_first = (job.state, job.message)
    for _ in range(5):
        worker.work(job.pk)

    job.refresh_from_db()
    reason = "系统内部错误，管理员可在日志中按任务编号查到原因"
    assert tries == [1, 2, 3]
    assert after_first == (JobState.WAITING, f"第1次未能完成，将自动重试：{reason}")
    assert (job.state, job.message) == (JobState.FAILED, f"连续3次未能完成：{reason}")


def test_job_past_its_time_limit_is_put_back(handlers, make_job):
    def endless(attempt):
        raise SoftTimeLimitExceeded

    handlers["trial"] = endless
    job = make_job()

    worker.work(job.pk)

    job.refresh_from_db()
    assert (job.state, job.message) == (
        JobState.WAITING,
        "第1次未能完成，将自动重试：超过了单个任务的时间上限",
    )


def test_job_that_the_facts_forbid_fails_at_once(handlers, make_job):
    def refuse(attempt):
        raise RuleViolation([Finding(code="no", severity=Severity.ERROR, message="磁盘空间不足")])

    handlers["trial"] = refuse
    job = make_job()

    worker.work(job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.message) == (JobState.FAILED, 1, "磁盘空间不足")


def test_worker_that_wakes_past_its_lease_changes_nothing(handlers, make_job):
    def frozen(attempt):
        expire(attempt.job)
        claim(attempt.job.pk)
        finish(attempt)

    handlers["trial"] = frozen
    job = make_job()

    worker.work(job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.result) == (JobState.RUNNING, 2, {})


def test_lease_is_renewed_while_the_work_goes_on(handlers, make_job, settings):
    settings.JOB_LEASE_SECONDS = 0.6
    leases = []

    def slow(attempt):
        first = lease_of(attempt.job)
        wait_until(lambda: lease_of(attempt.job) > first)
        second = lease_of(attempt.job)
        wait_until(lambda: lease_of(attempt.job) > second)
        leases.extend([first, second, lease_of(attempt.job)])
        finish(attempt)

    handlers["trial"] = slow
    job = make_job()

    worker.work(job.pk)

    job.refresh_from_db()
    assert leases == sorted(set(leases))
    assert (job.state, job.attempts) == (JobState.DONE, 1)


def lease_of(job):
    return Job.objects.get(pk=job.pk).lease_until


def test_sweep_wakes_waiting_and_abandoned_jobs_and_no_others(make_job, woken):
    waiting = make_job()
    abandoned = make_job()
    claim(abandoned.pk)
    expire(abandoned)
    claim(make_job().pk)
    make_job(state=JobState.DONE, finished_at="2026-01-01T00:00Z")

    worker.sweep()

    assert woken == [waiting.pk, abandoned.pk]


def test_sweep_wakes_nobody_while_messages_wait(make_job, woken, monkeypatch):
    make_job()
    monkeypatch.setattr(broker, "queued_count", lambda: 1)

    worker.sweep()

    assert woken == []


def test_sweep_fails_job_whose_last_attempt_was_abandoned(make_job, woken):
    job = make_job(attempts=2)
    claim(job.pk)
    expire(job)

    worker.sweep()

    job.refresh_from_db()
    assert woken == []
    assert job.state == JobState.FAILED
    assert job.message == "执行任务的程序多次中途停止，任务没有完成；请重试，仍不成功请联系管理员"


def test_batch_ends_with_the_last_of_its_parts(handlers, make_job):
    handlers["trial"] = finish
    batch = make_job(kind=BATCH)
    first, last = make_job(parent=batch), make_job(parent=batch)

    worker.work(first.pk)
    batch.refresh_from_db()
    after_first = batch.state
    worker.work(last.pk)

    batch.refresh_from_db()
    assert after_first == JobState.WAITING
    assert (batch.state, batch.progress_done, batch.progress_total) == (JobState.DONE, 2, 2)


def test_batch_whose_last_two_parts_end_at_once_ends(handlers, make_job):
    both = Barrier(2, timeout=SECONDS)

    def together(attempt):
        both.wait()
        finish(attempt)

    handlers["trial"] = together
    batch = make_job(kind=BATCH)
    parts = [make_job(parent=batch), make_job(parent=batch)]

    def run(part):
        worker.work(part.pk)
        connection.close()

    threads = [Thread(target=run, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    batch.refresh_from_db()
    assert batch.state == JobState.DONE


def test_sweep_ends_batch_whose_worker_died_before_saying_so(make_job, woken):
    batch = make_job(kind=BATCH)
    make_job(parent=batch, state=JobState.DONE, finished_at="2026-01-01T00:00Z")
    make_job(parent=batch, state=JobState.FAILED, finished_at="2026-01-01T00:00Z")

    worker.sweep()

    batch.refresh_from_db()
    assert (batch.state, batch.message) == (JobState.FAILED, "2项中有1项失败")


def test_retry_of_batch_tries_its_failed_parts_and_no_others(handlers, make_job, woken):
    handlers["trial"] = finish
    batch = make_job(kind=BATCH, state=JobState.FAILED, finished_at="2026-01-01T00:00Z")
    failed = make_job(
        parent=batch, state=JobState.FAILED, finished_at="2026-01-01T00:00Z", attempts=3, message="坏了"
    )
    make_job(parent=batch, state=JobState.DONE, finished_at="2026-01-01T00:00Z")

    actions.retry(job=batch)
    worker.work(failed.pk)

    failed.refresh_from_db()
    batch.refresh_from_db()
    assert woken == [failed.pk]
    assert (failed.state, failed.attempts, failed.attempts_allowed) == (JobState.DONE, 4, 6)
    assert batch.state == JobState.DONE


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.DONE])
def test_retry_of_job_that_has_not_failed_is_refused(make_job, state):
    job = make_job(state=state, finished_at="2026-01-01T00:00Z" if state == JobState.DONE else None)

    with pytest.raises(RuleViolation, match="只有失败的任务才能重试"):
        actions.retry(job=job)


def test_end_of_a_job_is_told_to_who_asked(handlers, make_job, woken):
    asked_by = factories.user()
    handlers["trial"] = finish
    worker.work(make_job(created_by=asked_by, arguments={"title": "季度报告"}).pk)
    worker.work(make_job().pk)

    assert list(Message.objects.values_list("user", "text")) == [(asked_by.pk, "季度报告：已完成")]


def test_failure_of_a_job_is_told(handlers, make_job, woken):
    asked_by = factories.user()
    job = make_job(kind="gone", created_by=asked_by)
    for _ in range(3):
        worker.work(job.pk)

    assert list(Message.objects.values_list("user", "text")) == [(asked_by.pk, "gone：没有完成")]
