from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from portal.lib.keyset import newest_first
from portal.lib.page_parts import Action, Crumb
from portal.records.forms import show_findings

from . import actions
from .enums import BatchState
from .forms import UploadForm
from .models import ImportBatch
from .page import batch_page
from .permissions import load_batch, load_batch_of, load_errors, load_type, own_batches, own_types
from .plans import Context
from .queries import obstacles_to_undo, written_by
from .registry import type_of
from .sealed_files import errors_download, template_download

PAGE_SIZE = 50
SHOWN_OBSTACLES = 20


@require_GET
def batch_list(request: HttpRequest) -> HttpResponse:
    types = own_types(request)
    page = newest_first(own_batches(request), by="created_at", request=request, size=PAGE_SIZE)
    context = {
        "page": page,
        "types": types,
        "head": [Action(label="导入文件", url=reverse("imports:new"), icon="upload", kind="primary")],
    }
    return render(request, "imports/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    types = own_types(request)
    initial = {"type": request.GET.get("type", "")}
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, types=types, user=request.user)
    else:
        form = UploadForm(types=types, user=request.user, initial=initial)
    if form.is_valid():
        try:
            batch = actions.upload(import_type=form.chosen(), file=form.cleaned_data["file"], by=request.user)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            return redirect("imports:detail", batch.pk)
    crumbs = [Crumb(name="导入", url=reverse("imports:list")), Crumb(name="导入文件")]
    return render(request, "imports/new.html", {"form": form, "types": types, "crumbs": crumbs})


@require_GET
def template_file(request: HttpRequest, import_slug: str) -> FileResponse:
    return template_download(load_type(request, import_slug))


@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "imports/detail.html", batch_page(load_batch(request, pk)))


@require_GET
def of_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    return redirect("imports:detail", load_batch_of(request, job_id).pk)


@require_GET
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    page = batch_page(load_batch(request, pk))
    if page["view"] is None or page["view"].is_ended:
        if request.htmx:
            return HttpResponseClientRefresh()
        return redirect("imports:detail", pk)
    return render(request, "imports/detail.html#progress", page)


@require_GET
def errors(request: HttpRequest, pk: UUID) -> FileResponse:
    return errors_download(load_errors(request, pk), by=request.user)


@require_POST
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _done(request, pk, actions.check_again)


@require_POST
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _done(request, pk, actions.confirm)


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    if request.method == "POST":
        return _done(request, pk, actions.undo)
    batch = load_batch(request, pk)
    import_type = type_of(batch.type)
    if batch.state not in (BatchState.DONE, BatchState.UNDOING):
        raise Http404("只有已完成的导入才能撤销")
    context = Context(by=request.user, permission=import_type.edit_permission, on=today(), locks=False)
    obstacles = obstacles_to_undo(batch, import_type, context)
    page = {
        "batch": batch,
        "obstacles": obstacles[:SHOWN_OBSTACLES],
        "obstacle_count": len(obstacles),
        "question": f"撤销导入“{batch}”？",
        "consequences": list(consequences(batch)),
        "crumbs": [
            Crumb(name="导入", url=reverse("imports:list")),
            Crumb(name=str(batch), url=reverse("imports:detail", args=[batch.pk])),
            Crumb(name="撤销"),
        ],
    }
    return render(request, "imports/undo.html", page)


def consequences(batch: ImportBatch):
    for written in written_by(batch, type_of(batch.type)):
        if written.made:
            yield f"删除这次新增的{written.label} {written.made} 条"
        if written.changed:
            yield f"将这次修改的{written.label} {written.changed} 条恢复到导入之前的内容"


def _done(request: HttpRequest, pk: UUID, action) -> HttpResponse:
    batch = load_batch(request, pk)
    try:
        action(batch=batch, by=request.user)
    except RuleViolation as refused:
        messages.error(request, str(refused))
    return redirect("imports:detail", pk)
