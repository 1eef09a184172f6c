from django.http import Http404, HttpRequest

from portal.jobs.models import Job

from .models import Report, ReportFile


def load_report(request: HttpRequest, report_id: object) -> Report:
    """Return a report of an association that the user may make reports for; others do not exist.

    Raises: Http404.
    """
    reports = Report.objects.visible_to(request.user)
    report = (
        reports.select_related("association", "job", "requested_by__association").filter(pk=report_id).first()
    )
    if report is None:
        raise Http404("没有这份报告，或您无权查看")
    return report


def load_report_of(request: HttpRequest, job: Job) -> Report:
    """Return the report that a job makes.

    Raises: Http404.
    """
    report = Report.objects.visible_to(request.user).filter(job=job).first()
    if report is None:
        raise Http404("没有这份报告，或您无权查看")
    return report


def load_file(request: HttpRequest, report_id: object, name: str) -> ReportFile:
    """Return a file of such a report by its name.

    Raises: Http404.
    """
    file = load_report(request, report_id).files.filter(name=name).first()
    if file is None:
        raise Http404("这份报告没有这个文件")
    return file
