"""A list as a file: a short one at once, a long one by a worker, on a page of its own for whoever asked."""

from tempfile import TemporaryFile
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.roles import Permission
from portal.audit.enums import Channel, DisclosureChannel
from portal.jobs import actions as job_actions
from portal.lib import spreadsheet
from portal.lib.dates import now
from portal.lib.findings import RuleViolation
from portal.lib.keyset import newest_first
from portal.lib.page_parts import Crumb
from portal.lib.spreadsheet import Sheet
from portal.records import export_actions
from portal.records.disclosing import disclose
from portal.records.export_files import TYPES, download
from portal.records.exporting import ordered, sheet_of
from portal.records.forms import ExportForm
from portal.records.lists import ListRequest, list_request, with_query
from portal.records.models import Export, ExportFormat
from portal.records.permissions import load_export, record_looks, require
from portal.records.queries import count_of, count_up_to
from portal.records.reach import hide_unreached
from portal.records.registry import record_type_of
from portal.records.types import RecordType

AT_ONCE = 5_000
PAGE_SIZE = 20
WRITES = ["GET", "HEAD", "POST"]


@require_http_methods(WRITES)
def export_csv(request: HttpRequest, record_type: RecordType) -> HttpResponseBase:
    return export(request, record_type, ExportFormat.CSV)


@require_http_methods(WRITES)
def export_xlsx(request: HttpRequest, record_type: RecordType) -> HttpResponseBase:
    return export(request, record_type, ExportFormat.XLSX)


def export(request: HttpRequest, record_type: RecordType, format: ExportFormat) -> HttpResponseBase:
    require(request, record_type.view_permission)
    asked = list_request(request, record_type)
    if request.method == "POST":
        return requested(request, record_type, format)
    if count_up_to(asked.rows, AT_ONCE) > AT_ONCE:
        return render(request, "records/export_confirm.html", confirmation(request, record_type, asked))
    # Few enough to hold: what is sent is what the looks say, even if the list changes in between.
    records = list(ordered(asked))
    record_looks(request, record_type, records, channel=Channel.EXPORT)
    hide_unreached(records, user=request.user)
    disclose(
        record_type,
        row_count=len(records),
        query=request.GET,
        channel=DisclosureChannel.EXPORT,
        by=request.user,
    )
    sheet = sheet_of(asked, record_type=record_type, records=records)
    return at_once(sheet, record_type, format)


def at_once(sheet: Sheet, record_type: RecordType, format: ExportFormat) -> HttpResponseBase:
    name = f"{record_type.slug}.{format}"
    if format == ExportFormat.CSV:
        chunks = spreadsheet.csv_chunks(sheet.columns, sheet.rows)
        response = StreamingHttpResponse(chunks, content_type=TYPES[format])
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    # Closed by the response that sends it.
    file = TemporaryFile()  # noqa: SIM115
    spreadsheet.write_xlsx(file, [sheet], created=now())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[format])


def confirmation(request: HttpRequest, record_type: RecordType, asked: ListRequest) -> dict[str, object]:
    list_url = record_type.url("list") + with_query(request.GET)
    return {
        "record_type": record_type,
        "question": f"在后台导出 {count_of(asked.rows, at_least=AT_ONCE + 1)}{record_type.label}记录？",
        "consequences": [
            f"超过 {AT_ONCE} 条的列表由后台生成文件，可以离开页面，完成后在“导出”页下载",
            "按生成时您的管理范围和列表内容导出；超过工作簿容量的改为 CSV",
            "文件只有您本人可以下载，保留 7 天",
        ],
        "kept": [("request_key", str(uuid4()))],
        "list_url": list_url,
        "crumbs": [Crumb(name=record_type.label, url=list_url), Crumb(name="导出")],
    }


def requested(request: HttpRequest, record_type: RecordType, format: ExportFormat) -> HttpResponse:
    form = ExportForm(request.POST)
    try:
        export_actions.request_export(
            record_type=record_type,
            query=request.GET,
            format=format,
            by=request.user,
            request_key=form.key(),
        )
    except RuleViolation as refused:
        messages.error(request, f"没有导出：{refused}")
        return redirect(record_type.url("list") + with_query(request.GET))
    return redirect("records:exports")


@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    require(request, Permission.VIEW_REGISTER)
    mine = Export.objects.of(request.user).select_related("job")
    page = newest_first(mine, by="requested_at", request=request, size=PAGE_SIZE)
    lines = [(each, title_of(each)) for each in page.rows]
    context = {"page": page, "lines": lines, "is_moving": any(not each.job.is_ended for each in page.rows)}
    template = "records/exports.html#exports" if request.htmx else "records/exports.html"
    return render(request, template, context)


def title_of(export: Export) -> str:
    record_type = record_type_of(export.slug)
    return record_type.label if record_type else export.slug


@require_POST
def retry(request: HttpRequest, export_id: UUID) -> HttpResponse:
    found = load_export(request, export_id)
    try:
        job_actions.retry(job=found.job)
    except RuleViolation as refused:
        messages.error(request, str(refused))
    return redirect("records:exports")


@require_safe
def file(request: HttpRequest, export_id: UUID) -> FileResponse:
    return download(load_export(request, export_id), by=request.user)
