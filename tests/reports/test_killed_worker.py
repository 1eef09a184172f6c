import os
import signal
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from portal.jobs.models import Job, JobState
from portal.lib.embedded import places, valkey
from portal.reports import actions
from portal.reports.models import Report, ReportFile, ReportFormat, ReportKind
from tests import factories
from tests.reports.conftest import DAY, seats

SECONDS = 90


@pytest.fixture
def broker_url(tmp_path_factory):
    """A broker of this test alone."""
    home = tmp_path_factory.mktemp("v")
    valkey.start(home)
    yield places.redis_url(home)
    valkey.stop(home)


@pytest.fixture
def start_worker(broker_url, tmp_path):
    """Start a worker with its sweeper on the test database, as the application's role.

    Whatever still runs at the end is killed.
    """
    started = []
    chosen = connection.settings_dict | settings.APPLICATION_SIGN_IN
    user = f"{chosen['USER']}:{chosen['PASSWORD']}" if chosen["PASSWORD"] else chosen["USER"]
    port = f":{chosen['PORT']}" if chosen["PORT"] else ""
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{user}@{quote(chosen['HOST'], safe='')}{port}/{chosen['NAME']}",
        "REDIS_URL": broker_url,
        "DATA_DIR": str(tmp_path),
        "DEBUG": "1",
        "JOB_LEASE_SECONDS": "2",
        "JOB_SWEEP_SECONDS": "1",
    }
    command = [sys.executable, "-m", "celery", "--app", "portal", "worker", "--beat", "--concurrency", "2"]

    def start():
        with (tmp_path / f"worker-{len(started)}.log").open("wb") as log:
            worker = subprocess.Popen(
                command,
                env=environment,
                cwd=settings.BASE_DIR,
                stderr=log,
                stdout=log,
                start_new_session=True,
            )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        kill(worker)


def kill(worker):
    """Kill a worker with all its processes, as a power cut does."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def wait_until(holds):
    end = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > end:
            pytest.fail(f"not in {SECONDS} s: {list(Job.objects.values_list('state', 'message'))}")
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_batch_whose_worker_is_killed_in_the_middle_has_every_report_once(rules, city, start_worker):
    for number in range(6):
        seats(factories.association(f"3601{10 + number}"), grassroots=number, total=10)
    batch = actions.request_batch(
        kinds=[ReportKind.QUOTA],
        association=city,
        on=DAY,
        formats=[ReportFormat.PDF, ReportFormat.JSON],
        by=factories.user(),
    )
    parts = Job.objects.parts_of(batch)

    first = start_worker()
    wait_until(lambda: parts.in_state(JobState.DONE).exists() and parts.in_state(JobState.RUNNING).exists())
    kill(first)
    interrupted = parts.in_state(JobState.RUNNING).count()
    start_worker()
    wait_until(lambda: Job.objects.filter(pk=batch.pk, state=JobState.DONE).exists())

    assert interrupted >= 1
    assert parts.filter(attempts=2).count() == interrupted
    assert parts.in_state(JobState.DONE).count() == Report.objects.exclude(content=None).count() == 6
    assert ReportFile.objects.count() == 12
