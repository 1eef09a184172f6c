"""One function a goal; each makes the data that it needs and returns its figures."""

import io
import subprocess
import sys
import tempfile
import time
from datetime import date
from statistics import median

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from associations.enums import Level
from associations.models import Association
from associations.register.imports import OFFICIAL_LIST, import_divisions
from portal.accounts.models import User
from portal.jobs.models import Job, JobState
from portal.lib.database_limits import MAINTENANCE, limited
from portal.lib.pdf import STYLESHEET, NoFetcher
from portal.oversight.quotas import quotas_of_many
from portal.oversight.reform import statuses_of_many
from portal.reports import making
from portal.reports.actions import request_batch
from portal.reports.models import Report, ReportFormat, ReportKind
from portal.reports.paper import page_of

from . import office_measures
from .figures import ROUNDS, Figure, seconds

DAY = date(2026, 10, 31)


def division_list() -> list[Figure]:
    """S6: the official list into an empty register, against a bare COPY of the same rows."""
    with limited(MAINTENANCE):
        whole = seconds(lambda: import_divisions(OFFICIAL_LIST))
        again = seconds(lambda: import_divisions(OFFICIAL_LIST))
    rows = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY associations_association TO STDOUT", rows)
        cursor.execute("CREATE TABLE bare (LIKE associations_association INCLUDING ALL)")
        rows.seek(0)
        bare = seconds(lambda: cursor.copy_expert("COPY bare FROM STDIN", rows))
        cursor.execute("DROP TABLE bare")
        cursor.execute("TRUNCATE associations_association CASCADE")
    size = "665,264 rows, history included"
    return [
        Figure(name="S6 division list, seconds", value=f"{whole:.1f}", goal="< 60", data=size),
        Figure(
            name="S6 division list / (COPY + indexes)", value=f"{whole / bare:.2f}", goal="≤ 2", data=size
        ),
        Figure(name="S6 division list again, seconds", value=f"{again:.1f}", goal="", data=size),
    ]


def demo() -> list[Figure]:
    """The demo data from nothing; what follows measures on it."""
    took = seconds(lambda: call_command("load_demo", stdout=io.StringIO()))
    size = f"{Association.objects.count():,} associations"
    return [Figure(name="demo data, seconds", value=f"{took:.1f}", goal="< 90", data=size)]


def verdicts() -> list[Figure]:
    """S9: quotas and reform of all counties of a province, against one county."""
    counties = list(Association.objects.filter(level=Level.COUNTY, code__startswith="36"))
    figures = []
    for name, judge in (("quotas", quotas_of_many), ("reform", statuses_of_many)):
        with CaptureQueriesContext(connection) as captured:
            judge(counties, on=DAY)
        pairs = [
            (seconds(lambda: judge(counties, on=DAY)), seconds(lambda: judge(counties[:1], on=DAY)))  # noqa: B023
            for _ in range(ROUNDS)
        ]
        size = f"{len(counties)} counties, {len(captured)} statements"
        took = median(many for many, _ in pairs)
        ratio = median(many / one for many, one in pairs)
        figures += [
            Figure(name=f"S9 {name} of a province, ms", value=f"{took * 1000:.0f}", goal="< 300", data=size),
            Figure(name=f"S9 {name} of a province / one county", value=f"{ratio:.1f}", goal="≤ 5", data=size),
        ]
    return figures


def report_pages() -> list[Figure]:
    """S11: each report of one county, warm, against the renderer alone on the same page."""
    county = Association.objects.get(code="360121")
    figures = []
    for kind in ReportKind:
        content = making.build(kind, county, on=DAY, made_on=DAY)
        page = page_of(content)
        fonts = FontConfiguration()
        style = CSS(filename=STYLESHEET, font_config=fonts)

        def whole(kind: ReportKind = kind) -> None:
            list(making.files_of(making.build(kind, county, on=DAY, made_on=DAY), [ReportFormat.PDF]))

        def alone(page: str = page, fonts: FontConfiguration = fonts, style: CSS = style) -> None:
            HTML(string=page, url_fetcher=NoFetcher()).write_pdf(font_config=fonts, stylesheets=[style])

        whole()
        pairs = [(seconds(whole), seconds(alone)) for _ in range(5)]
        took = median(ours for ours, _ in pairs)
        ratio = median(ours / bare for ours, bare in pairs)
        name = kind.value
        figures += [
            Figure(
                name=f"S11 {name} report of a county, seconds", value=f"{took:.2f}", goal="< 3", data="warm"
            ),
            Figure(
                name=f"S11 {name} report / renderer alone", value=f"{ratio:.2f}", goal="≤ 1.2", data="warm"
            ),
        ]
    return figures


def batch() -> list[Figure]:
    """S12: a report of every city and county of a province, in batches on two worker processes."""
    user = User.objects.get(username="jx_office")
    province = Association.objects.get(code="36")
    command = ["-m", "celery", "-A", "portal", "worker", "--beat", "--concurrency", "2", "-Q", "celery,sweep"]
    started = time.perf_counter()
    for level in (None, Level.COUNTY):
        request_batch(
            kinds=[ReportKind.QUOTA],
            association=province,
            on=DAY,
            formats=[ReportFormat.PDF, ReportFormat.XLSX],
            by=user,
            level=level,
        )
    replied = time.perf_counter() - started
    with tempfile.TemporaryFile() as log:
        worker = subprocess.Popen([sys.executable, *command], stdout=log, stderr=log)
        while Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).exists():
            time.sleep(0.5)
        took = time.perf_counter() - started
        worker.terminate()
        worker.wait()
    size = f"{Report.objects.count()} reports, {Job.objects.filter(state=JobState.FAILED).count()} failed"
    return [
        Figure(name="S12 batches asked for, seconds", value=f"{replied:.2f}", goal="< 1 each", data=size),
        Figure(name="S12 batches done, seconds", value=f"{took:.0f}", goal="< 240", data=size),
    ]


ALL = (division_list, demo, verdicts, report_pages, batch, *office_measures.ALL)
