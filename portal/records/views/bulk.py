"""Change chosen fields of many records: choose the fields, confirm the number, write all or nothing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from portal.accounts.scope import ScopedQuerySet
from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Crumb
from portal.records import actions
from portal.records.forms import BulkForm
from portal.records.lists import list_request, with_query
from portal.records.permissions import require
from portal.records.queries import count_up_to
from portal.records.types import RecordType

NOT_KEPT = ("csrfmiddlewaretoken", "go", "expected")


@require_POST
def bulk(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    require(request, record_type.edit_permission)
    rows = chosen(request, record_type)
    keys = set(request.POST.getlist("pk"))
    count = count_up_to(rows, actions.MOST_AT_ONCE)
    list_url = record_type.url("list") + with_query(request.GET)
    if count > actions.MOST_AT_ONCE:
        messages.error(request, f"一次最多修改 {actions.MOST_AT_ONCE} 条，请缩小筛选范围。")
        return redirect(list_url)
    if not count or (not chooses_all(request) and count < len(keys)):
        messages.error(request, "没有选择记录，或所选记录不存在、不在您的管理范围内。")
        return redirect(list_url)
    go = request.POST.get("go", "")
    form = BulkForm(request.POST if go else None, record_type=record_type)
    if go == "write" and form.is_valid():
        return written(request, record_type, rows, form, list_url=list_url)
    context = {
        "record_type": record_type,
        "form": form,
        "count": count,
        "list_url": list_url,
        "note": f"已选择 {count} 条{record_type.label}记录；只修改勾选的项目，其余不变",
        "crumbs": [Crumb(name=record_type.label, url=list_url), Crumb(name="批量修改")],
    }
    if go and form.is_valid():
        return render(request, "records/bulk_confirm.html", context | confirmation(request, form, count))
    kept = [(name, value) for name, value in sent(request) if name in ("pk", "all")]
    return render(request, "records/bulk.html", context | {"kept": kept})


def chosen(request: HttpRequest, record_type: RecordType) -> ScopedQuerySet:
    """Return the editable records that were marked, or all that the filters keep."""
    rows = list_request(request, record_type).rows
    if not chooses_all(request):
        rows = record_type.keyed(rows, request.POST.getlist("pk"))
    return actions.editable(rows, record_type=record_type, by=request.user)


def chooses_all(request: HttpRequest) -> bool:
    return request.POST.get("all") == "1"


def sent(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value) for name, values in request.POST.lists() if name not in NOT_KEPT for value in values
    ]


def confirmation(request: HttpRequest, form: BulkForm, count: int) -> dict[str, object]:
    return {
        "question": f"修改所选的 {count} 条记录？",
        "consequences": [f"{count} 条记录的“{label}”改为“{value or '空'}”" for label, value in form.words()],
        "kept": [*sent(request), ("go", "write"), ("expected", str(count))],
    }


def written(
    request: HttpRequest, record_type: RecordType, rows: ScopedQuerySet, form: BulkForm, *, list_url: str
) -> HttpResponse:
    expected = form.cleaned_data["expected"] or 0
    try:
        actions.change_many(
            rows,
            values=form.values(),
            expected=expected,
            record_type=record_type,
            by=request.user,
        )
    except RuleViolation as refused:
        messages.error(request, f"没有修改：{refused}")
    else:
        messages.success(request, f"已修改 {expected} 条记录。")
    return redirect(list_url)
