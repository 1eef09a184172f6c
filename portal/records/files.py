"""Keep uploaded files: checked, once under their hash, and never half written."""

import errno
import hashlib
import os
import tempfile
import unicodedata
from pathlib import Path, PurePath, PureWindowsPath
from typing import BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404

from portal.accounts.models import User

from .file_types import cleaned
from .models import StoredFile
from .saving import refusal, save_record

NAME_LENGTH = 120
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def store_upload(upload: UploadedFile, *, by: User) -> StoredFile:
    """Check an upload, put its bytes on disk and then record it.

    The row comes last, so none exists without its file. Bytes whose transaction fails afterwards stay
    behind: they lie under their own hash, are reached by nobody and serve the next upload of the same file.
    Raises: RuleViolation for a file that is empty, too large or mislabelled, or if the disk is full.
    """
    name = clean_name(upload.name or "")
    if not upload.size:
        raise refusal("文件是空的，请检查后重新上传", code="file-empty", field="file")
    if upload.size > settings.MAX_FILE_BYTES:
        limit = settings.MAX_FILE_BYTES // 1024**2
        raise refusal(f"文件超过 {limit} MB，请压缩或拆分后上传", code="file-size", field="file")
    upload.seek(0)
    data, content_type = cleaned(upload.read(), name=name)
    file = StoredFile(
        sha256=store_bytes(data), name=name, content_type=content_type, size=len(data), uploaded_by=by
    )
    save_record(file)
    return file


def store_bytes(data: bytes) -> str:
    """Put bytes on disk under their hash and return the hash; the file appears whole or not at all.

    Raises: RuleViolation when the disk is full.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    put(path_of(sha256), data)
    return sha256


def put(path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all; one that is there already stays.

    Raises: RuleViolation when the disk is full.
    """
    try:
        _write_once(path, data)
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        raise refusal(
            "服务器磁盘空间不足，文件没有保存；请联系管理员后重试", code="disk-full", field="file"
        ) from error


def path_of(sha256: str) -> Path:
    """Return where the bytes with this hash lie."""
    return settings.FILES_DIR / sha256[:2] / sha256


def open_stored(file: StoredFile) -> BinaryIO:
    """Open the bytes of a stored file.

    Raises: FileNotFoundError when they are gone, as after a restore without the files.
    """
    return path_of(file.sha256).open("rb")


def file_response(file: StoredFile) -> FileResponse:
    """Answer with the file as a download, never shown inside a page of ours.

    Raises: Http404 when its bytes are gone. Whoever calls has loaded the record that refers to the file.
    """
    try:
        stream = open_stored(file)
    except FileNotFoundError:
        raise Http404("文件已不在服务器上，请联系管理员") from None
    response = FileResponse(stream, as_attachment=True, filename=file.name, content_type=file.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def clean_name(name: str) -> str:
    """Return a file name without folders and invisible characters, short enough to keep, its suffix kept."""
    composed = unicodedata.normalize("NFC", name)
    # Categories C*: controls, NUL, and the marks that make "fdp.exe" read as "exe.pdf".
    visible = "".join(sign for sign in composed if not unicodedata.category(sign).startswith("C"))
    base = PurePath(PureWindowsPath(visible).name.strip(" ."))
    return f"{base.stem[:NAME_LENGTH] or '文件'}{base.suffix[:10]}"


def _write_once(path: Path, data: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    # The name itself must survive a power cut, too.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
