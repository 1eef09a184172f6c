from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from associations.register.picker import build_picker
from portal.jobs.models import BATCH, Job
from portal.jobs.permissions import load_job, require_reports
from portal.jobs.queries import view_of
from portal.lib.findings import RuleViolation
from portal.lib.keyset import newest_first
from portal.lib.page_parts import AssociationPicker, Crumb
from portal.records.files import file_response
from portal.records.forms import show_findings
from portal.records.models import StoredFile

from . import actions
from .archive import restored
from .forms import ReportForm
from .models import Report, ReportFormat, ReportKind
from .paper import page_of
from .permissions import load_file, load_report, load_report_of
from .tiles import tiles_of

PAGE_SIZE = 50
TYPES = {
    ReportFormat.PDF: "application/pdf",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportFormat.JSON: "application/json",
}


@require_http_methods(["GET", "POST"])
def report_list(request: HttpRequest) -> HttpResponse:
    require_reports(request)
    code = request.GET.get("association") or getattr(request.user.association, "code", "")
    form = ReportForm(request.POST or None, user=request.user, initial={"association": code})
    if form.is_valid():
        try:
            return redirect(_requested(form, request))
        except RuleViolation as refused:
            show_findings(form, refused)
            form.renew_key()
    reports = Report.objects.visible_to(request.user).without_content().select_related("association", "job")
    page = newest_first(reports.prefetch_related("files"), by="requested_at", request=request, size=PAGE_SIZE)
    return render(
        request, "reports/list.html", {"form": form, "page": page, "picker": _picker(form, request)}
    )


def _picker(form: ReportForm, request: HttpRequest) -> AssociationPicker:
    code = str(form["association"].value() or "").strip().replace("\0", "")
    errors = form.errors.get("association", [""])
    return build_picker(request.user, name="association", code=code[:20], error=errors[0])


def _requested(form: ReportForm, request: HttpRequest) -> str:
    """Ask for what the form says and return where it can be watched."""
    asked = {
        "association": form.cleaned_data["association"],
        "on": form.cleaned_data["on"],
        "formats": form.cleaned_data["formats"],
        "by": request.user,
        "request_key": str(form.cleaned_data["request_key"]),
    }
    kinds = [ReportKind(kind) for kind in form.cleaned_data["kinds"]]
    if form.is_batch:
        return reverse(
            "reports:batch", args=[actions.request_batch(kinds=kinds, level=form.level, **asked).pk]
        )
    reports = actions.request_reports(kinds=kinds, **asked)
    return reverse("reports:detail", args=[reports[0].pk]) if len(reports) == 1 else reverse("reports:list")


@require_GET
def of_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = load_job(request, job_id)
    if job.kind == BATCH:
        return redirect("reports:batch", job.pk)
    return redirect("reports:detail", load_report_of(request, job).pk)


@require_GET
def detail(request: HttpRequest, report_id: UUID) -> HttpResponse:
    report = load_report(request, report_id)
    content = restored(ReportKind(report.kind), report.content) if report.content else None
    context = {
        "report": report,
        "view": view_of(report.job),
        "files": report.files.order_by("pk"),
        "content": content,
        "tiles": tiles_of(content) if content else (),
        "crumbs": _crumbs(report.association.short_name),
        "template": f"reports/{report.kind}_figures.html",
    }
    return render(request, "reports/detail.html", context)


@require_GET
def progress(request: HttpRequest, report_id: UUID) -> HttpResponse:
    report = load_report(request, report_id)
    view = view_of(report.job)
    if view.is_ended and request.htmx:
        return HttpResponseClientRefresh()
    return render(request, "reports/detail.html#progress", {"report": report, "view": view})


@require_GET
def preview(request: HttpRequest, report_id: UUID) -> HttpResponse:
    report = load_report(request, report_id)
    if not report.content:
        raise Http404("报告尚未生成")
    return HttpResponse(page_of(restored(ReportKind(report.kind), report.content), preview=True))


@require_GET
def file(request: HttpRequest, report_id: UUID, name: str) -> FileResponse:
    found = load_file(request, report_id, name)
    content_type = TYPES[ReportFormat(found.format)]
    return file_response(StoredFile(sha256=found.sha256, name=found.name, content_type=content_type))


@require_GET
def batch(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = load_job(request, job_id)
    crumbs = _crumbs(job.association.short_name)
    return render(request, "reports/batch.html", _batch_page(job, request) | {"crumbs": crumbs})


@require_GET
def batch_progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    page = _batch_page(load_job(request, job_id), request)
    if page["view"].is_ended and request.htmx:
        return HttpResponseClientRefresh()
    return render(request, "reports/batch.html#progress", page)


def _batch_page(job: Job, request: HttpRequest) -> dict[str, object]:
    """Show the bar together with the rows of the same page, so that neither is ahead of the other."""
    reports = Report.objects.visible_to(request.user).without_content().of_batch(job)
    reports = reports.select_related("association", "job").prefetch_related("files")
    return {
        "job": job,
        "view": view_of(job),
        "page": newest_first(reports, by="requested_at", request=request, size=PAGE_SIZE),
        "poll_url": f"{reverse('reports:batch_progress', args=[job.pk])}?{request.GET.urlencode()}",
    }


def _crumbs(name: str) -> list[Crumb]:
    return [Crumb(name="报告", url=reverse("reports:list")), Crumb(name=name)]
