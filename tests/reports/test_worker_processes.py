from functools import partial

import psutil
import pytest

from associations.enums import Level
from portal.jobs.models import Job, JobState
from portal.reports import actions
from portal.reports.models import ReportFile, ReportFormat, ReportKind
from tests import factories
from tests.patience import wait_until
from tests.reports.conftest import DAY, seats

REPORTS = 20


@pytest.mark.django_db(transaction=True)
def test_many_reports_are_made_by_few_processes(rules, city, start_worker):
    for number in range(REPORTS):
        seats(factories.association(f"3601{10 + number}"), grassroots=1, total=3)
    formats = [ReportFormat.PDF, ReportFormat.XLSX]
    batch = actions.request_batch(
        kinds=[ReportKind.QUOTA],
        association=city,
        on=DAY,
        formats=formats,
        by=factories.user(),
        level=Level.COUNTY,
    )
    worker = psutil.Process(start_worker().pid)
    seen = set()

    def are_made(reports):
        made = Job.objects.parts_of(batch).in_state(JobState.DONE).count()
        if made:  # before the first one, loading the renderer starts and ends a linker
            seen.update(child.pid for child in worker.children())
        return made >= reports

    for number in range(REPORTS):
        wait_until(
            partial(are_made, number + 1), state=lambda: list(Job.objects.values_list("state", "message"))
        )

    # Two work at a time, and one more is beat.
    assert len(seen) <= 4
    assert ReportFile.objects.count() == REPORTS * len(formats)
