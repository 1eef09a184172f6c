from datetime import date

import pytest

from associations.enums import Body, Constituency, Milestone, MilestoneStep, Post
from portal.jobs import broker, worker
from portal.jobs.models import Job
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


def seats(place, *, grassroots, total):
    term = factories.term(place)
    for number in range(total):
        constituency = Constituency.GRASSROOTS if number < grassroots else Constituency.OTHER
        factories.seat(term, Post.DELEGATE, constituency=constituency)


def work_all():
    for job in Job.objects.claimable():
        worker.work(job.pk)
