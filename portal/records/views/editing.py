from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Crumb, Version
from portal.records import actions
from portal.records.forms import VersionedForm, show_findings
from portal.records.history_queries import last_change, words_of
from portal.records.permissions import find_record, load_parent, load_record, require
from portal.records.reach import name_for
from portal.records.registry import record_type_of
from portal.records.types import RecordType

from .lists import note_of, start_url
from .records import head

WRITES = ["GET", "HEAD", "POST"]
NOT_KEPT = ("csrfmiddlewaretoken", "seen")


@require_http_methods(WRITES)
def create(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    require(request, record_type.edit_permission)
    parent = load_parent(request, record_type)
    if record_type.needs_parent and parent is None:
        if record_type.start:
            return redirect(start_url(record_type))
        messages.info(request, note_of(record_type))
        return redirect(record_type.url("list"))
    form = bound(request, record_type, record_type.model(**dict([parent] if parent else [])))
    draft = f"{record_type.slug}-new"
    if form.is_valid():
        try:
            made = actions.create(
                form.instance, record_type=record_type, by=request.user, extras=form.extras()
            )
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, f"已登记{record_type.label}：{name_for(request.user, made)}")
            return redirect(then_url(request, made, draft) or saved_url(record_type, made, draft=draft))
    context = {
        "record_type": record_type,
        "form": form,
        "title": f"登记{record_type.label}",
        "note": f"{parent[1]._meta.verbose_name}：{name_for(request.user, parent[1])}" if parent else "",
        "draft": draft,
        "cancel_url": record_type.url("list"),
        "crumbs": [Crumb(name=record_type.label, url=record_type.url("list")), Crumb(name="登记")],
    }
    return render(request, "records/form.html", context)


@require_http_methods(WRITES)
def edit(request: HttpRequest, pk: int, record_type: RecordType) -> HttpResponse:
    record = load_record(request, record_type, pk, record_type.edit_permission)
    form = bound(request, record_type, record)
    draft = f"{record_type.slug}-{pk}"
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            actions.change(
                form.instance, record_type=record_type, seen=seen, by=request.user, extras=form.extras()
            )
        except RuleViolation as refused:
            if any(finding.code == "stale" for finding in refused.findings):
                return conflict(request, record_type, form)
            show_findings(form, refused)
        else:
            messages.success(request, "已保存。")
            return redirect(saved_url(record_type, form.instance, draft=draft))
    context = head(request, record_type, record, page="修改") | {
        "form": form,
        "title": f"修改{record_type.label}",
        "draft": draft,
        "cancel_url": record_type.page_of(record),
    }
    return render(request, "records/form.html", context)


def bound(request: HttpRequest, record_type: RecordType, record: Model) -> VersionedForm:
    if "find" in request.POST:
        # Somebody looks for whom to choose: what was typed so far stays, and is not checked yet.
        typed = record_type.form.typed(request.POST)
        return record_type.form(initial=typed, instance=record, user=request.user)
    entries = (request.POST, request.FILES) if request.method == "POST" else ()
    return record_type.form(*entries, instance=record, user=request.user)


def then_url(request: HttpRequest, made: Model, draft: str) -> str:
    """Return where `?then=` goes on: to the form of a record that is made under the one just made."""
    then = record_type_of(request.GET.get("then", ""))
    name = then.parent_name(type(made)) if then and then.form_creates else ""
    return f"{then.url('create')}?{urlencode({name: made.pk, 'saved': draft})}" if then and name else ""


def saved_url(record_type: RecordType, record: Model, *, draft: str) -> str:
    return f"{record_type.page_of(record)}?saved={draft}"


def conflict(request: HttpRequest, record_type: RecordType, form: VersionedForm) -> HttpResponse:
    """Show both versions: the one that somebody else saved first, and the one that was just typed."""
    yours = form.instance
    if form.uploads:
        messages.warning(request, "您选择的文件没有保存；处理冲突后请再次修改并重新上传。")
    saved = find_record(request, record_type, yours.pk, record_type.edit_permission)
    saved_by, saved_at = last_change(saved, user=request.user)
    words = words_of(record_type, [saved, yours], user=request.user)
    fields = [field for field in words.fields if field.name in record_type.form_fields]
    typed = [
        (name, value) for name, values in request.POST.lists() if name not in NOT_KEPT for value in values
    ]
    context = head(request, record_type, saved, page="修改") | {
        "saved_by": saved_by,
        "saved_at": saved_at,
        "versions": [
            Version(label=str(field.verbose_name), saved=words.of(saved, field), yours=words.of(yours, field))
            for field in fields
        ],
        "kept": [*typed, ("seen", saved.version)],
    }
    return render(request, "records/conflict.html", context, status=409)
