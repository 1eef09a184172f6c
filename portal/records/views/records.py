"""One record: what it says, what happened to it, and back to an older version of it."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.lib.dates import BEIJING
from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Action, Crumb, Tab
from portal.records import actions
from portal.records.forms import SeenForm
from portal.records.history_queries import changes_of, differences_to, version_of
from portal.records.lists import facts_of
from portal.records.permissions import load_record
from portal.records.reach import as_read_by, name_for
from portal.records.relations import sections_of
from portal.records.subjects import is_frozen, lock_of
from portal.records.types import RecordType


def head(
    request: HttpRequest, record_type: RecordType, record: Model, *, page: str = ""
) -> dict[str, object]:
    """Return what every page of a record shows on top; `page` is the name of one below its detail page."""
    record = as_read_by(request.user, record)
    detail_url = record_type.page_of(record)
    crumbs = [Crumb(name=record_type.label, url=record_type.url("list"))]
    crumbs += (
        [Crumb(name=str(record), url=detail_url), Crumb(name=page)] if page else [Crumb(name=str(record))]
    )
    return {
        "record_type": record_type,
        "record": record,
        "crumbs": crumbs,
        "detail_url": detail_url,
        "tabs": tabs_of(request, record_type, record),
    }


def tabs_of(request: HttpRequest, record_type: RecordType, record: Model) -> Sequence[Tab]:
    if record_type.own_tabs:
        return record_type.own_tabs(record, request)
    pages = (("详情", record_type.page_of(record)), ("历史", record_type.url("history", record.pk)))
    return [Tab(label=label, url=url, is_current=request.path == url) for label, url in pages]


def may_edit(request: HttpRequest, record_type: RecordType, record: Model) -> bool:
    may = request.user.scope.covers(record_type.edit_permission, record_type.code_of(record))
    return may and record_type.form is not None


@require_safe
def detail(request: HttpRequest, pk: int, record_type: RecordType) -> HttpResponse:
    try:
        record = load_record(request, record_type, pk)
    except Http404:
        if url := record_type.forward(pk, request.user):
            return redirect(url)
        raise
    links = [*record_type.links(record), *record_type.links_for(record, request.user)]
    shown = head(request, record_type, record)
    context = shown | {
        "facts": facts_of(shown["record"], record_type, user=request.user),
        "actions": [*edit_actions(request, record_type, record), *links],
        "sections": sections_of(request, record_type, record),
    }
    return render(request, "records/detail.html", context)


def edit_actions(request: HttpRequest, record_type: RecordType, record: Model) -> list[Action]:
    if lock_of(record) or not may_edit(request, record_type, record):
        return []
    found = []
    if record_type.form_fields:
        url = record_type.url("edit", record.pk)
        found.append(Action(label="修改", url=url, icon="edit", kind="primary"))
    if record_type.ending and record_type.ending.is_open(record):
        found.append(Action(label=record_type.ending.label, url=record_type.url("end", record.pk)))
    if record_type.masks:
        found.append(Action(label="查看完整信息", url=record_type.url("reveal", record.pk)))
    if record_type.deletes:
        found.append(Action(label="删除", url=record_type.url("delete", record.pk)))
    return found


@require_safe
def history(request: HttpRequest, pk: int, record_type: RecordType) -> HttpResponse:
    record = load_record(request, record_type, pk)
    may_restore = may_edit(request, record_type, record)
    changes = [] if is_frozen(record) else changes_of(record, record_type=record_type, user=request.user)
    context = head(request, record_type, record) | {
        "changes": [
            (change, record_type.url("restore", pk, change.key) if may_restore and change.differs_now else "")
            for change in changes
        ],
    }
    return render(request, "records/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, pk: int, version_pk: int, record_type: RecordType) -> HttpResponse:
    record = load_record(request, record_type, pk, record_type.edit_permission)
    version = version_of(record, version_pk)
    if version is None:
        raise Http404("没有这个版本，或您无权查看")
    if request.method == "POST":
        return restored(request, record_type, record, version)
    differences = differences_to(version, record=record, record_type=record_type, user=request.user)
    moment = version.pgh_created_at.astimezone(BEIJING)
    context = head(request, record_type, record, page="恢复旧版本") | {
        "question": f"把“{name_for(request.user, record)}”恢复为 {moment:%Y-%m-%d %H:%M} 的版本？",
        "consequences": [
            f"{each.label}：“{each.before or '空'}”改回“{each.after or '空'}”" for each in differences
        ],
        "kept": [("seen", record.version)],
        "history_url": record_type.url("history", pk),
        "back": Action(label="返回历史", url=record_type.url("history", pk)),
    }
    return render(request, "records/restore.html", context)


def restored(request: HttpRequest, record_type: RecordType, record: Model, version: Model) -> HttpResponse:
    form = SeenForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else 0
    try:
        actions.restore(
            record,
            version=version,
            record_type=record_type,
            seen=seen,
            by=request.user,
        )
    except RuleViolation as refused:
        messages.error(request, f"没有恢复：{refused}")
    else:
        messages.success(request, "已恢复为所选版本。")
    return redirect(record_type.url("history", record.pk))
