"""The ZIP file that a workbook is: opened only when nothing in it is out of proportion."""

import errno
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from portal.lib.tables.limits import MEGABYTE, Limits
from portal.lib.tables.places import TableRefused, refusal
from portal.lib.tables.xml_scan import broken

CHUNK = 64 * 1024
ENCRYPTED = 0x1
# Whatever runs, or brings something in from elsewhere.
LIVE_PARTS = (
    "xl/vba",
    "xl/activex/",
    "xl/ctrlprops/",
    "xl/embeddings/",
    "xl/externallinks/",
    "xl/macrosheets/",
    "xl/dialogsheets/",
    "xl/querytables/",
    "xl/connections",
    "xl/model/",
    "customui/",
    "usercustomization/",
)
# What Python raises for bytes that are no sound ZIP file.
BROKEN = (
    BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    IndexError,
    KeyError,
    struct.error,
    zlib.error,
)


@contextmanager
def opened_archive(file: BinaryIO, limits: Limits) -> Iterator[ZipFile]:
    """Open the ZIP file of a workbook.

    Raises: TableRefused for too many or too large parts, bombs, macros, embedded files, links; and for
    whatever goes wrong while its parts are read. Read them inside, and run nothing else there.
    """
    try:
        with ZipFile(file) as archive:
            _check_parts(archive.infolist(), limits)
            yield archive
    except BROKEN:
        raise broken() from None
    except OSError as error:
        # A directory that points before the start of the file; a full disk is not the fault of the file.
        if error.errno != errno.EINVAL:
            raise
        raise broken() from None


def chunks_of(archive: ZipFile, name: str) -> Iterator[bytes]:
    """Read a part in pieces; never more than its stated size, which was checked."""
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            yield chunk


def _check_parts(parts: list[ZipInfo], limits: Limits) -> None:
    if len(parts) > limits.parts:
        raise refusal(
            "table-bomb", f"工作簿由{len(parts)}个部分组成，最多{limits.parts}个，请另存为新的工作簿。"
        )
    if sum(part.file_size for part in parts) > limits.unpacked_bytes:
        raise refusal(
            "table-bomb", f"工作簿展开后超过{limits.unpacked_bytes // MEGABYTE} MB，请分成几个文件。"
        )
    if len({part.filename.lower() for part in parts}) < len(parts):
        raise broken()
    for part in parts:
        _check_part(part, limits)


def _check_part(part: ZipInfo, limits: Limits) -> None:
    if part.filename.lower().startswith(LIVE_PARTS):
        raise _live()
    if part.flag_bits & ENCRYPTED or part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise broken()
    if part.file_size > max(part.compress_size * limits.ratio, MEGABYTE):
        raise refusal("table-bomb", "工作簿的压缩比例异常，请用 Excel 或 WPS 另存为新的 .xlsx 后再上传。")


def _live() -> TableRefused:
    return refusal(
        "table-live", "工作簿含有宏、控件、嵌入文件或外部数据，请另存为不含这些内容的 .xlsx 工作簿。"
    )
