"""End a record that goes on, or delete one on which nothing rests."""

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.lib.findings import RuleViolation
from portal.records import actions
from portal.records.forms import EndForm, SeenForm, end_form_of, show_findings
from portal.records.permissions import find_record, load_record
from portal.records.reach import name_for
from portal.records.types import RecordType

from .records import head

WRITES = ["GET", "HEAD", "POST"]


@require_http_methods(WRITES)
def end(request: HttpRequest, pk: int, record_type: RecordType) -> HttpResponse:
    record = load_record(request, record_type, pk, record_type.edit_permission)
    ending = record_type.ending
    if ending is None or not ending.is_open(record):
        raise Http404("该记录已经结束")
    name = name_for(request.user, record)
    form = end_form(request, record_type, record)
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ending.fields}
        seen = form.cleaned_data["seen"]
        try:
            actions.end(record, values=values, record_type=record_type, seen=seen, by=request.user)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, f"已{ending.label}：{name}")
            return redirect(record_type.page_of(record))
    context = head(request, record_type, record, page=ending.label) | {
        "form": form,
        "title": f"{ending.label}：{name}",
        "draft": f"{record_type.slug}-{pk}-end",
        "cancel_url": record_type.page_of(record),
    }
    return render(request, "records/form.html", context)


def end_form(request: HttpRequest, record_type: RecordType, record: Model) -> EndForm:
    # A copy: what a refused form typed into the record must not be taken for what is stored.
    return end_form_of(record_type)(
        request.POST if request.method == "POST" else None,
        instance=find_record(request, record_type, record.pk, record_type.edit_permission),
    )


@require_http_methods(WRITES)
def delete(request: HttpRequest, pk: int, record_type: RecordType) -> HttpResponse:
    record = load_record(request, record_type, pk, record_type.edit_permission)
    name, back = name_for(request.user, record), record_type.page_of(record)
    if request.method == "POST":
        form = SeenForm(request.POST)
        seen = form.cleaned_data["seen"] if form.is_valid() else 0
        try:
            actions.delete(record, record_type=record_type, seen=seen, by=request.user)
        except RuleViolation as refused:
            messages.error(request, f"没有删除：{refused}")
            return redirect(back)
        messages.success(request, f"已删除{record_type.label}：{name}")
        return redirect(record_type.url("list"))
    context = head(request, record_type, record, page="删除") | {
        "question": f"删除{record_type.label}“{name}”？",
        "consequences": ["列表、统计和导出中不再有该记录", "操作记录中保留删除前的内容"],
        "kept": [("seen", record.version)],
        "back_url": back,
    }
    return render(request, "records/delete.html", context)
