"""Files full of personal data: kept sealed, and no longer than they are needed (docs/adr/0020)."""

import hashlib
from datetime import datetime
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404
from django.views.decorators.debug import sensitive_variables

from portal.accounts.models import User
from portal.audit.disclosures import record_disclosure
from portal.audit.enums import DisclosureChannel
from portal.lib.sealed import SealError, seal_bytes, unseal_bytes
from portal.records.files import put

from .books import template
from .models import ImportBatch
from .types import ImportType

PURPOSE = "import.file"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def folder() -> Path:
    """Return where the files of imports lie, apart from those that are kept for good and backed up."""
    return settings.FILES_DIR / "imports"


@sensitive_variables()
def store_sealed(content: bytes) -> str:
    """Put a file on disk, sealed, and return the key by which it is opened again.

    Raises: RuleViolation when the disk is full.
    """
    sealed = seal_bytes(content, PURPOSE)
    key = hashlib.sha256(sealed).hexdigest()
    put(folder() / key, sealed)
    return key


def opened(key: str) -> BytesIO:
    """Open a sealed file.

    Raises: FileNotFoundError when it was removed; SealError when its key was.
    """
    return BytesIO(unseal_bytes((folder() / (key or "removed")).read_bytes(), PURPOSE))


def remove(*keys: str) -> None:
    """Remove files; what is not there is no matter."""
    for key in filter(None, keys):
        (folder() / key).unlink(missing_ok=True)


def remove_leftovers(*, before: datetime) -> None:
    """Remove what was written before that moment, also by workers that were killed half-way."""
    for path in folder().glob("*") if folder().exists() else ():
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)


def download(key: str, *, name: str) -> FileResponse:
    """Answer with a sealed workbook as a download; whoever calls has loaded the batch that it belongs to.

    Raises: Http404 when it cannot be opened any longer.
    """
    try:
        content = opened(key)
    except (FileNotFoundError, SealError):
        raise Http404("文件已不能打开，请重新上传后再检查") from None
    response = FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def errors_download(batch: ImportBatch, *, by: User) -> FileResponse:
    """Answer with the workbook of a batch's errors, which holds the rows that were sent in.

    Raises: Http404 when it cannot be opened any longer; DisclosureNotRecorded.
    """
    response = download(batch.errors_key, name=batch.errors_name)
    record_disclosure(
        user=by,
        kind=batch.type,
        channel=DisclosureChannel.ERRORS,
        row_count=batch.row_count,
        codes=[batch.association.code],
    )
    return response


def template_download(import_type: ImportType) -> FileResponse:
    """Answer with the workbook that a clerk fills in."""
    name = f"{import_type.label}导入模板.xlsx"
    return FileResponse(BytesIO(template(import_type)), as_attachment=True, filename=name, content_type=XLSX)
