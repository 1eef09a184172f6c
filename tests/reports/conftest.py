import os
import signal
import subprocess
import sys
from datetime import date
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from associations.enums import Body, Constituency, Milestone, MilestoneStep, Post
from portal.jobs import broker, worker
from portal.jobs.models import Job
from portal.lib.embedded import places, valkey
from tests import factories

DAY = date(2021, 6, 30)


@pytest.fixture(autouse=True)
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Messages go nowhere; a test does the jobs itself."""
    monkeypatch.setattr(broker, "wake", lambda job_ids: None)


@pytest.fixture
def rules(province):
    document = factories.policy(province, number="赣卫办字〔2020〕4号")
    factories.quota_rule(document, Body.CONGRESS, 40)
    factories.quota_rule(document, Body.COUNCIL, 30)
    factories.milestone_rule(document, Milestone.PLAN_ISSUED, deadline=date(2020, 12, 31))
    factories.milestone_rule(document, Milestone.BUDGET, deadline=date(2021, 3, 31))
    return document


@pytest.fixture
def councils(rules, county, other_county):
    """Two counties: 2 of 6 delegates (short) with its plan verified, and 2 of 5 (exactly met) with none."""
    seats(county, grassroots=2, total=6)
    seats(other_county, grassroots=2, total=5)
    for step in (MilestoneStep.CLAIMED, MilestoneStep.VERIFIED):
        factories.milestone_step(county, Milestone.PLAN_ISSUED, step, date(2020, 12, 30))
    factories.milestone_step(county, Milestone.BUDGET, MilestoneStep.CLAIMED, date(2021, 3, 31))


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
        "JOB_SWEEP_SECONDS": "1",
    }
    command = [sys.executable, "-m", "celery", "--app", "portal", "worker", "--beat", "--concurrency", "2"]

    def start():
        with (tmp_path / f"worker-{len(started)}.log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    command,
                    env=environment,
                    cwd=settings.BASE_DIR,
                    stderr=log,
                    stdout=log,
                    start_new_session=True,
                )
            )
        return started[-1]

    yield start
    for each in started:
        kill(each)


def kill(process):
    """Kill a worker with all its processes, as a power cut does."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def seats(place, *, grassroots, total):
    term = factories.term(place)
    for number in range(total):
        constituency = Constituency.GRASSROOTS if number < grassroots else Constituency.OTHER
        factories.seat(term, Post.DELEGATE, constituency=constituency)


def work_all():
    for job in Job.objects.claimable():
        worker.work(job.pk)
