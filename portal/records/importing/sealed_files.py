"""Files full of personal data: kept sealed, opened for the import and for their sender (docs/adr/0020)."""

from io import BytesIO

from django.http import FileResponse, Http404
from django.views.decorators.debug import sensitive_variables

from portal.accounts.models import User
from portal.lib.sealed import SealError, seal_bytes, unseal_bytes
from portal.records.files import clean_name, open_stored, store_bytes
from portal.records.models import StoredFile
from portal.records.saving import save_record

PURPOSE = "import.file"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@sensitive_variables()
def store_sealed(content: bytes, *, name: str, content_type: str, by: User) -> StoredFile:
    """Put a file on disk, sealed, and record it; `size` is that of the file as it was sent.

    Raises: RuleViolation when the disk is full.
    """
    file = StoredFile(
        sha256=store_bytes(seal_bytes(content, PURPOSE)),
        name=clean_name(name),
        content_type=content_type,
        size=len(content),
        uploaded_by=by,
    )
    save_record(file)
    return file


def opened(file: StoredFile) -> BytesIO:
    """Open a sealed file.

    Raises: FileNotFoundError when its bytes are gone; SealError when their key is.
    """
    with open_stored(file) as stream:
        return BytesIO(unseal_bytes(stream.read(), PURPOSE))


def download(file: StoredFile) -> FileResponse:
    """Answer with a sealed file as a download; whoever calls has loaded the batch that refers to it.

    Raises: Http404 when it cannot be opened any longer.
    """
    try:
        content = opened(file)
    except (FileNotFoundError, SealError):
        raise Http404("文件已不能打开，请重新上传后再检查") from None
    response = FileResponse(content, as_attachment=True, filename=file.name, content_type=file.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
