"""Where the files of exports lie: each until it is a week old, and for its maker alone."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, QueryDict

from portal.accounts.models import User
from portal.audit.enums import DisclosureChannel
from portal.lib.dates import BEIJING

from .disclosing import disclose
from .models import Export, ExportFormat
from .registry import record_type_of
from .types import RecordType

TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def folder() -> Path:
    """Return where the files of exports lie: apart from uploads, which are kept for good."""
    return settings.FILES_DIR / "exports"


def path_of(export: Export) -> Path:
    """Return where the file of an export lies."""
    return folder() / name_of(export, export.sha256)


def name_of(export: Export, sha256: str) -> str:
    """Return under what name a file with this hash lies.

    With the hash in it, a worker that lost the job and writes on cannot replace what another one finished.
    """
    return f"{export.pk}-{sha256}"


def remove_leftovers(*, before: datetime) -> None:
    """Delete what was written before that moment, also by workers that were killed half-way."""
    for path in folder().glob("*") if folder().exists() else ():
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)


def download(export: Export, *, by: User) -> FileResponse:
    """Answer with the file of an export of the user's own.

    Raises: Http404 when it is not there, or the user may no longer read what it holds; DisclosureNotRecorded.
    """
    record_type = record_type_of(export.slug)
    # Whoever has lost a place or the permission since may not have what was read while they held it.
    if record_type is None or not export.is_covered_by(by.scope):
        raise Http404("您现在没有查看这些记录的权限")
    if not export.has_file:
        raise Http404("没有这个文件，或保留期已过")
    try:
        stream = path_of(export).open("rb")
    except FileNotFoundError:
        raise Http404("文件已不在服务器上，请重新导出") from None
    try:
        _disclose(export, record_type, by=by)
    except BaseException:
        stream.close()
        raise
    name = f"{record_type.label}-{export.requested_at.astimezone(BEIJING):%Y%m%d-%H%M}.{export.format}"
    response = FileResponse(
        stream, as_attachment=True, filename=name, content_type=TYPES[ExportFormat(export.format)]
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _disclose(export: Export, record_type: RecordType, *, by: User) -> None:
    disclose(
        record_type,
        row_count=export.row_count or 0,
        query=QueryDict(export.query),
        channel=DisclosureChannel.DOWNLOAD,
        by=by,
    )
