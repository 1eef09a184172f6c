"""Which files may be uploaded, and proof that a file is what its name says."""

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath

from PIL import Image, ImageOps

from portal.lib.findings import RuleViolation

from .saving import refusal

MAX_PIXELS = 50_000_000
MAX_DRAWN_BYTES = 150_000_000  # a full A4 page at 600 dpi has 35 million pixels: 140 million in colour
BYTES_OF_MODE = {"1": 1, "L": 1, "P": 1, "I;16": 2}  # of a pixel in memory; whatever else it is takes four
MAX_ENTRIES = 5_000
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
CHUNK = 1024 * 1024
TAIL = 64 * 1024  # cameras append their own records behind the end of a picture


@dataclass(frozen=True, kw_only=True)
class FileType:
    """A kind of file that offices send; `clean` checks the content and returns what is kept of it."""

    name: str
    suffixes: tuple[str, ...]
    content_type: str
    magic: bytes
    ending: bytes = b""
    clean: Callable[[bytes], bytes]


def cleaned(data: bytes, *, name: str) -> tuple[bytes, str]:
    """Return the bytes worth keeping and their content type.

    Pictures are drawn anew, so that neither the place where they were taken nor anything hidden behind
    them is kept.
    Raises: RuleViolation when the suffix is not accepted or the content is of another kind.
    """
    suffix = PurePath(name).suffix.lower()
    kind = TYPE_BY_SUFFIX.get(suffix)
    if kind is None:
        raise refusal(f"不接受这种文件，请上传 {ACCEPTED}", code="file-type", field="file")
    try:
        # Look for the end, too: WeasyPrint has Pillow draw cut-off pictures in grey, in the whole process.
        matches = data.startswith(kind.magic) and kind.ending in data[-TAIL:]
        kept = kind.clean(data) if matches else b""
    except UNREADABLE as error:
        raise _mismatch(kind) from error
    if not matches:
        raise _mismatch(kind)
    return kept, kind.content_type


def _mismatch(kind: FileType) -> RuleViolation:
    return refusal(
        f"文件名说是 {kind.name}，内容却不是（或已损坏），请检查后重新上传",
        code="file-mismatch",
        field="file",
    )


def _as_it_is(data: bytes) -> bytes:
    return data


def _redrawn(form: str) -> Callable[[bytes], bytes]:
    def redraw(data: bytes) -> bytes:
        # Opening reads the header only: the size is known before a pixel is unpacked.
        with Image.open(BytesIO(data), formats=[form]) as image:
            pixels = image.width * image.height
            if pixels > MAX_PIXELS or pixels * BYTES_OF_MODE.get(image.mode, 4) > MAX_DRAWN_BYTES:
                raise refusal("图片像素过大，请缩小或改存为灰度后重新上传", code="file-bomb", field="file")
            # In place: one picture in memory, and not a copy for every step.
            ImageOps.exif_transpose(image, in_place=True)
            # All else that a picture carries along is left behind; transparency belongs to its colours.
            image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
            kept = BytesIO()
            image.save(kept, format=form, quality=92)
        return kept.getvalue()

    return redraw


def _package_with(entry: str) -> Callable[[bytes], bytes]:
    """Check a zip package: it holds `entry`, no macros, and does not swell when it is opened."""

    def check(data: bytes) -> bytes:
        with zipfile.ZipFile(BytesIO(data)) as package:
            entries = package.infolist()
            if len(entries) > MAX_ENTRIES:
                raise _bomb()
            package.getinfo(entry)
            if any(PurePath(each.filename).name.lower() == "vbaproject.bin" for each in entries):
                raise refusal("文件含有宏，请另存为不含宏的格式后上传", code="file-macro", field="file")
            _unpack(package, entries)
        return data

    return check


def _unpack(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    # The sizes in the directory are what the sender claims; only unpacking tells. Reading stops at the limit.
    room = MAX_UNPACKED_BYTES
    for each in entries:
        # Office writes nothing else, and an LZMA entry may ask for gigabytes of memory before its first byte.
        if each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile(f"{each.filename} is packed in an unusual way")
        with package.open(each) as stream:
            while chunk := stream.read(CHUNK):
                room -= len(chunk)
                if room < 0:
                    raise _bomb()


def _bomb() -> RuleViolation:
    return refusal("文件解压后过大，不能接收，请拆分或另存后上传", code="file-bomb", field="file")


# What the two parsers raise on a file that is broken, encrypted or of another kind.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    Image.DecompressionBombError,
    KeyError,
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
    RuntimeError,
)
OFFICE = "application/vnd.openxmlformats-officedocument"
FILE_TYPES = (
    FileType(
        name="PDF",
        suffixes=(".pdf",),
        content_type="application/pdf",
        magic=b"%PDF-",
        clean=_as_it_is,
    ),
    FileType(
        name="JPG 图片",
        suffixes=(".jpg", ".jpeg"),
        content_type="image/jpeg",
        magic=b"\xff\xd8\xff",
        ending=b"\xff\xd9",
        clean=_redrawn("JPEG"),
    ),
    FileType(
        name="PNG 图片",
        suffixes=(".png",),
        content_type="image/png",
        magic=b"\x89PNG\r\n\x1a\n",
        ending=b"IEND\xaeB`\x82",
        clean=_redrawn("PNG"),
    ),
    FileType(
        name="DOCX 文档",
        suffixes=(".docx",),
        content_type=f"{OFFICE}.wordprocessingml.document",
        magic=b"PK\x03\x04",
        clean=_package_with("word/document.xml"),
    ),
    FileType(
        name="XLSX 工作簿",
        suffixes=(".xlsx",),
        content_type=f"{OFFICE}.spreadsheetml.sheet",
        magic=b"PK\x03\x04",
        clean=_package_with("xl/workbook.xml"),
    ),
    FileType(
        name="OFD 版式文件",
        suffixes=(".ofd",),
        content_type="application/ofd",
        magic=b"PK\x03\x04",
        clean=_package_with("OFD.xml"),
    ),
)
TYPE_BY_SUFFIX = {suffix: kind for kind in FILE_TYPES for suffix in kind.suffixes}
ACCEPTED = "、".join(suffix.removeprefix(".") for suffix in TYPE_BY_SUFFIX)
