from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from portal.lib.findings import RuleViolation
from portal.lib.keyset import newest_first
from portal.lib.page_parts import Crumb

from . import actions
from .forms import JobFilter
from .models import Job, JobState
from .permissions import load_job, load_own_job, require_reports
from .queries import batch_of, view_of

PAGE_SIZE = 50


@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    require_reports(request)
    form = JobFilter(request.GET)
    jobs = Job.objects.visible_to(request.user).on_top().with_standing()
    jobs = jobs.select_related("association", "created_by__association")
    page = newest_first(form.apply(jobs, request.user), by="created_at", request=request, size=PAGE_SIZE)
    return render(request, "jobs/list.html", {"page": page, "form": form})


@require_GET
def detail(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = load_job(request, job_id)
    context = {
        "batch": batch_of(job, user=request.user),
        "crumbs": [Crumb(name="后台任务", url=reverse("jobs:list")), Crumb(name=job.title)],
    }
    return render(request, "jobs/detail.html", _progress_page(job, request) | context)


@require_GET
def progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    page = _progress_page(load_job(request, job_id), request)
    if page["view"].is_ended and request.htmx:
        # The page has more to show now than the region that asked.
        return HttpResponseClientRefresh()
    return render(request, "jobs/detail.html#progress", page)


def _progress_page(job: Job, request: HttpRequest) -> dict[str, object]:
    parts = Job.objects.visible_to(request.user).parts_of(job).select_related("association")
    return {
        "job": job,
        "may_retry": job.state == JobState.FAILED and job.is_of(request.user),
        "view": view_of(job),
        "page": newest_first(parts, by="created_at", request=request, size=PAGE_SIZE),
        "poll_url": f"{reverse('jobs:progress', args=[job.pk])}?{request.GET.urlencode()}",
    }


@require_POST
def retry(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = load_own_job(request, job_id)
    try:
        actions.retry(job=job)
    except RuleViolation as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "已重新排队")
    return redirect(reverse("jobs:detail", args=[job.pk]))
