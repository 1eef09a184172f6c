from django.http import Http404, HttpRequest

from portal.accounts.roles import Permission

from .models import Job


def require_reports(request: HttpRequest) -> None:
    """Let pass whoever makes reports somewhere; to others there is no such page.

    Raises: Http404.
    """
    if not request.user.scope.may(Permission.MAKE_REPORTS):
        raise Http404("您没有可以生成报告的协会")


def load_own_job(request: HttpRequest, job_id: str) -> Job:
    """Return a job that is the user's to have tried again.

    Raises: Http404.
    """
    job = load_job(request, job_id)
    if not job.is_of(request.user):
        raise Http404("只有发起人可以重试这个任务")
    return job


def load_job(request: HttpRequest, job_id: str) -> Job:
    """Return a job of an association that the user may make reports for; others do not exist.

    Raises: Http404.
    """
    jobs = Job.objects.visible_to(request.user).select_related("association", "created_by__association")
    job = jobs.filter(pk=job_id).first()
    if job is None:
        raise Http404("没有这个任务，或您无权查看")
    return job
