from uuid import UUID

from django.http import Http404, HttpRequest

from portal.jobs.models import Job

from .models import ImportBatch, ImportBatchQuerySet
from .registry import registered
from .types import ImportType

MISSING = "没有这次导入，或不是由您发起的"


def own_types(request: HttpRequest) -> tuple[ImportType, ...]:
    """Return the types that the user may import somewhere.

    Raises: Http404 where there is none.
    """
    types = tuple(each for each in registered() if request.user.scope.may(each.edit_permission))
    if not types:
        raise Http404("没有这个页面，或您无权导入")
    return types


def load_type(request: HttpRequest, slug: str) -> ImportType:
    """Return a type that the user may import.

    Raises: Http404.
    """
    found = next((each for each in own_types(request) if each.slug == slug), None)
    if found is None:
        raise Http404("没有这种导入，或您无权导入")
    return found


def own_batches(request: HttpRequest) -> ImportBatchQuerySet:
    """Return the user's own batches, with what is told of them."""
    return ImportBatch.objects.visible_to(request.user).select_related(
        "association", "job__association", "created_by"
    )


def load_batch_of(request: HttpRequest, job_id: UUID) -> ImportBatch:
    """Return the batch that a job worked on, also where another one does by now.

    Raises: Http404.
    """
    # Of the job nothing is shown: it only leads to the batch, which is loaded for its owner.
    job = Job.objects.scoped().filter(pk=job_id).first()
    if job is None or "batch" not in job.arguments:
        raise Http404(MISSING)
    return load_batch(request, job.arguments["batch"])


def load_batch(request: HttpRequest, pk: object) -> ImportBatch:
    """Return one of the user's own batches; those of others do not exist.

    Raises: Http404.
    """
    batch = own_batches(request).filter(pk=pk).first()
    if batch is None:
        raise Http404(MISSING)
    return batch


def load_errors(request: HttpRequest, pk: object) -> ImportBatch:
    """Return one of the user's own batches that has a workbook of its errors.

    Raises: Http404.
    """
    batch = load_batch(request, pk)
    if not batch.errors_key:
        raise Http404("这次导入没有错误工作簿，或已按期删除")
    return batch
