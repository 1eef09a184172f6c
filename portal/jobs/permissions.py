from django.http import Http404, HttpRequest

from .models import Job


def load_job(request: HttpRequest, job_id: str) -> Job:
    """Return a job of an association that the user may make reports for; others do not exist.

    Raises: Http404.
    """
    jobs = Job.objects.visible_to(request.user).select_related("association", "created_by", "parent")
    job = jobs.filter(pk=job_id).first()
    if job is None:
        raise Http404("没有这个任务，或您无权查看")
    return job
