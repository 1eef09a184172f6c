from datetime import timedelta

import pytest
from django.db.models.functions import Now

from portal.jobs import registry
from portal.jobs.models import Job, JobState
from tests import factories


@pytest.fixture
def handlers(monkeypatch):
    """The handlers of one test: kind → function."""
    made = {}
    monkeypatch.setattr(registry, "_handlers", made)
    monkeypatch.setattr(registry, "autodiscover_modules", lambda name: None)
    return made


@pytest.fixture
def place(db):
    return factories.association("360102")


@pytest.fixture
def make_job(place):
    def make(**values):
        defaults = {"kind": "trial", "key": f"trial:{next(factories.serial)}", "association": place}
        return Job.objects.create(**(defaults | values))

    return make


def expire(job):
    """Make the lease of a running job lie in the past, as when its worker was killed."""
    Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(lease_until=Now() - timedelta(seconds=1))
