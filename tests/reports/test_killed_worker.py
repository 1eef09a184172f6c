import pytest

from portal.jobs.models import Job, JobState
from portal.reports import actions
from portal.reports.models import Report, ReportFile, ReportFormat, ReportKind
from tests import factories
from tests.jobs.conftest import expire
from tests.patience import wait_until
from tests.reports.conftest import DAY, kill, seats


def told():
    return list(Job.objects.values_list("state", "message"))


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
    wait_until(
        lambda: parts.in_state(JobState.DONE).exists() and parts.in_state(JobState.RUNNING).exists(), told
    )
    kill(first)
    interrupted = parts.in_state(JobState.RUNNING).count()
    # As when the time is over that a worker has for its next sign of life.
    for part in parts.in_state(JobState.RUNNING):
        expire(part)
    start_worker()
    wait_until(lambda: Job.objects.filter(pk=batch.pk, state=JobState.DONE).exists(), told)

    assert interrupted >= 1
    assert parts.filter(attempts=2).count() == interrupted
    assert parts.in_state(JobState.DONE).count() == Report.objects.exclude(content=None).count() == 6
    assert ReportFile.objects.count() == 12
