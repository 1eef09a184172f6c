from portal.jobs.attempts import Attempt
from portal.jobs.registry import job
from portal.lib.dates import today

from . import actions, making
from .models import Report, ReportKind


@job(actions.REPORT_JOB)
def make_report(attempt: Attempt) -> None:
    report = Report.objects.scoped().select_related("association__parent").get(job=attempt.job.pk)
    steps = 1 + len(report.formats)
    attempt.report_progress(0, steps, "正在统计")
    content = making.build(ReportKind(report.kind), report.association, on=report.on, made_on=today())
    attempt.report_progress(1, steps, "正在排版")
    files = []
    for file in making.files_of(content, report.formats):
        files.append((file, actions.store(file)))
        attempt.report_progress(1 + len(files), steps, "正在排版")
    with attempt.finishing(files=[file.name for file, _ in files]):
        actions.keep(report=report, content=content, files=files)
