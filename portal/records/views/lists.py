from tempfile import TemporaryFile
from urllib.parse import urlencode

from django.contrib import messages
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.audit.enums import Channel
from portal.lib import spreadsheet
from portal.lib.dates import now
from portal.lib.page_parts import Action
from portal.records.lists import (
    choices_of,
    filter_names,
    heads_of,
    kept,
    list_request,
    rows_of,
    with_query,
)
from portal.records.permissions import looked, record_looks, require
from portal.records.queries import count_of, edge_in, page_of
from portal.records.subjects import not_frozen
from portal.records.types import RecordType

PAGE_SIZE = 50
READ_AT_ONCE = 2_000
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def listing(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    require(request, record_type.view_permission)
    asked = list_request(request, record_type)
    edge = edge_in(request.GET, model=record_type.model, order=asked.order)
    page = page_of(asked.rows, order=asked.order, edge=edge, size=PAGE_SIZE)
    count = count_of(asked.rows, is_exact=request.GET.get("count") == "exact")
    record_looks(request, record_type, page.records, channel=Channel.PAGE)
    context = {
        "record_type": record_type,
        "form": asked.filters.form,
        "kept": kept(request.GET, "sort", "column", *record_type.parents),
        "kept_by_columns": kept(request.GET, "sort", *filter_names(request.GET)),
        "reset_url": request.path,
        "note": note_of(record_type),
        "heads": heads_of(asked, request.GET),
        "rows": rows_of(page.records, asked.columns, record_type),
        "choices": choices_of(asked, record_type),
        "count": count,
        "count_url": "" if count.is_exact else with_query(request.GET, count="exact"),
        "previous_url": with_query(request.GET, before=page.before) if page.before else "",
        "next_url": with_query(request.GET, after=page.after) if page.after else "",
        "actions": list_actions(request, record_type),
        "exports": exports(request, record_type),
        "bulk_url": bulk_url(request, record_type),
    }
    return render(request, "records/list.html", context)


def list_actions(request: HttpRequest, record_type: RecordType) -> list[Action]:
    if not (record_type.form_creates and request.user.scope.may(record_type.edit_permission)):
        return []
    parent = kept(request.GET, *record_type.parents)
    if record_type.parents and not parent:
        return []
    url = record_type.url("create") + (f"?{urlencode(parent)}" if parent else "")
    return [Action(label=f"登记{record_type.label}", url=url, icon="plus", kind="primary")]


def note_of(record_type: RecordType) -> str:
    """Tell where records are made that this page makes none of."""
    if record_type.note or not record_type.parents:
        return record_type.note
    names = "、".join(str(record_type.parent_of(name)._meta.verbose_name) for name in record_type.parents)
    return f"新的{record_type.label}在所属{names}的详情页登记"


def exports(request: HttpRequest, record_type: RecordType) -> list[Action]:
    names = (("导出 CSV", "export_csv"), ("导出 XLSX", "export_xlsx"))
    query = with_query(request.GET)
    return [Action(label=label, url=record_type.url(page) + query, icon="download") for label, page in names]


def bulk_url(request: HttpRequest, record_type: RecordType) -> str:
    if not (record_type.bulk_fields and request.user.scope.may(record_type.edit_permission)):
        return ""
    return record_type.url("bulk") + with_query(request.GET)


@require_safe
def export_csv(request: HttpRequest, record_type: RecordType) -> HttpResponseBase:
    require(request, record_type.view_permission)
    sheet = exported(request, record_type)
    chunks = spreadsheet.csv_chunks(sheet.columns, sheet.rows)
    response = StreamingHttpResponse(chunks, content_type=CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{record_type.slug}.csv"'
    return response


@require_safe
def export_xlsx(request: HttpRequest, record_type: RecordType) -> HttpResponseBase:
    require(request, record_type.view_permission)
    asked = list_request(request, record_type)
    if count_of(asked.rows, is_exact=True).number >= spreadsheet.MAX_ROWS:
        messages.error(request, "一个工作簿放不下这么多记录，请导出 CSV，或缩小筛选范围。")
        return redirect(record_type.url("list") + with_query(request.GET))
    sheet = exported(request, record_type)
    # Closed by the response that sends it.
    file = TemporaryFile()  # noqa: SIM115
    try:
        spreadsheet.write_xlsx(file, [sheet], created=now())
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{record_type.slug}.xlsx", content_type=XLSX_TYPE)


def exported(request: HttpRequest, record_type: RecordType) -> spreadsheet.Sheet:
    """The filtered list without frozen data, with its columns and in its order, read by a cursor."""
    asked = list_request(request, record_type)
    ordered = asked.rows.filter(not_frozen(record_type.model)).order_by(
        *asked.order.columns(is_reversed=False)
    )
    records = looked(request, record_type, ordered.iterator(READ_AT_ONCE), channel=Channel.EXPORT)
    return spreadsheet.Sheet(
        title=record_type.label,
        columns=[spreadsheet.Column(header=column.label, kind=column.kind) for column in asked.columns],
        rows=([column.exported(record) for column in asked.columns] for record in records),
    )
