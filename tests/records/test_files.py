import errno
import os
import struct
import threading
import zipfile
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import Http404
from PIL import Image, ImageFile

from portal.lib.findings import RuleViolation
from portal.records import file_types
from portal.records.files import clean_name, file_response, open_stored, path_of, store_bytes, store_upload
from portal.records.models import StoredFile
from tests import factories

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
ORIENTATION, GPS, LATITUDE = 0x0112, 0x8825, 2


@pytest.fixture(autouse=True)
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


@pytest.fixture(autouse=True)
def lenient_pictures(monkeypatch):
    """What the process is like once WeasyPrint has been loaded."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)


@pytest.fixture
def clerk(db):
    return factories.user(username="clerk")


def package(*entries: tuple[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


def picture(form: str = "JPEG", mode: str = "RGB", **values) -> bytes:
    drawn = BytesIO()
    Image.new(mode, (40, 20)).save(drawn, format=form, **values)
    return drawn.getvalue()


def files_below(folder) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


DOCX = package(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"))
XLSX = package(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<w/>"))
OFD = package(("OFD.xml", b"<ofd/>"), ("Doc_0/Document.xml", b"<d/>"))


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("方案.pdf", PDF, "application/pdf"),
        ("方案.PDF", PDF, "application/pdf"),
        (
            "方案.docx",
            DOCX,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("名册.xlsx", XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("批复.ofd", OFD, "application/ofd"),
    ],
)
def test_upload_is_kept_byte_for_byte_under_its_hash(clerk, files_dir, name, content, content_type):
    stored = store_upload(SimpleUploadedFile(name, content), by=clerk)

    assert (stored.name, stored.content_type, stored.size) == (name, content_type, len(content))
    assert stored.uploaded_by == clerk
    assert path_of(stored.sha256) == files_dir / stored.sha256[:2] / stored.sha256
    with open_stored(stored) as file:
        assert file.read() == content


@pytest.mark.parametrize(
    ("name", "content", "code", "message"),
    [
        ("空.pdf", b"", "file-empty", "文件是空的，请检查后重新上传"),
        ("大.pdf", PDF + bytes(21 * 1024**2), "file-size", "文件超过 20 MB，请压缩或拆分后上传"),
        (
            "工具.exe",
            b"MZ\x90",
            "file-type",
            "不接受这种文件，请上传 pdf、jpg、jpeg、png、docx、xlsx、ofd",
        ),
        ("无后缀", PDF, "file-type", "不接受这种文件，请上传 pdf、jpg、jpeg、png、docx、xlsx、ofd"),
        ("页.svg", b"<svg/>", "file-type", "不接受这种文件，请上传 pdf、jpg、jpeg、png、docx、xlsx、ofd"),
        (
            "方案.pdf",
            b"MZ\x90\x00",
            "file-mismatch",
            "文件名说是 PDF，内容却不是（或已损坏），请检查后重新上传",
        ),
        (
            "照片.jpg",
            b"<html><script>alert(1)</script>",
            "file-mismatch",
            "文件名说是 JPG 图片，内容却不是（或已损坏），请检查后重新上传",
        ),
        (
            "照片.jpg",
            b"\xff\xd8\xff<html><script>alert(1)</script>",
            "file-mismatch",
            "文件名说是 JPG 图片，内容却不是（或已损坏），请检查后重新上传",
        ),
        (
            "照片.png",
            picture("JPEG"),
            "file-mismatch",
            "文件名说是 PNG 图片，内容却不是（或已损坏），请检查后重新上传",
        ),
        (
            "截断.png",
            picture("PNG")[:60],
            "file-mismatch",
            "文件名说是 PNG 图片，内容却不是（或已损坏），请检查后重新上传",
        ),
        (
            "截断.jpg",
            picture("JPEG")[:-200],
            "file-mismatch",
            "文件名说是 JPG 图片，内容却不是（或已损坏），请检查后重新上传",
        ),
        (
            "方案.docx",
            XLSX,
            "file-mismatch",
            "文件名说是 DOCX 文档，内容却不是（或已损坏），请检查后重新上传",
        ),
        (
            "方案.docx",
            DOCX[:-30],
            "file-mismatch",
            "文件名说是 DOCX 文档，内容却不是（或已损坏），请检查后重新上传",
        ),
        (
            "名册.xlsx",
            b"PK\x03\x04 and then nothing",
            "file-mismatch",
            "文件名说是 XLSX 工作簿，内容却不是（或已损坏），请检查后重新上传",
        ),
        (
            "名册.xlsx",
            package(("xl/workbook.xml", b"<w/>"), ("xl/vbaProject.bin", b"macro")),
            "file-macro",
            "文件含有宏，请另存为不含宏的格式后上传",
        ),
    ],
)
def test_upload_is_refused_and_leaves_nothing(clerk, files_dir, name, content, code, message):
    with pytest.raises(RuleViolation) as refused:
        store_upload(SimpleUploadedFile(name, content), by=clerk)

    assert [(each.code, each.message, each.source) for each in refused.value.findings] == [
        (code, message, "file")
    ]
    assert StoredFile.objects.count() == 0
    assert files_below(files_dir) == []


def test_upload_of_exactly_the_largest_size_is_kept(clerk, settings):
    content = PDF + bytes(settings.MAX_FILE_BYTES - len(PDF))

    stored = store_upload(SimpleUploadedFile("方案.pdf", content), by=clerk)

    assert stored.size == 20 * 1024**2


def test_office_file_that_swells_is_refused(clerk, monkeypatch):
    monkeypatch.setattr(file_types, "MAX_UNPACKED_BYTES", 1_000_000)
    bomb = package(("word/document.xml", b"<w/>"), ("word/media/a.bin", bytes(1_000_001)))

    with pytest.raises(RuleViolation, match="文件解压后过大"):
        store_upload(SimpleUploadedFile("方案.docx", bomb), by=clerk)


def test_office_file_that_lies_about_its_size_is_refused(clerk, monkeypatch):
    monkeypatch.setattr(file_types, "MAX_UNPACKED_BYTES", 1_000_000)
    bomb = bytearray(package(("word/document.xml", bytes(5_000_000))))
    directory = bomb.rindex(b"PK\x01\x02")
    bomb[directory + 24 : directory + 28] = struct.pack("<I", 10)

    with pytest.raises(RuleViolation, match="内容却不是（或已损坏）"):
        store_upload(SimpleUploadedFile("方案.docx", bytes(bomb)), by=clerk)


def test_office_file_with_too_many_entries_is_refused(clerk, monkeypatch):
    monkeypatch.setattr(file_types, "MAX_ENTRIES", 3)
    crowded = package(*((f"word/{number}.xml", b"") for number in range(3)), ("word/document.xml", b""))

    with pytest.raises(RuleViolation, match="文件解压后过大"):
        store_upload(SimpleUploadedFile("方案.docx", crowded), by=clerk)


@pytest.mark.parametrize(
    ("mode", "size"),
    [("P", (10_001, 5_000)), ("LA", (7_501, 5_000)), ("RGB", (7_501, 5_000)), ("RGBA", (7_501, 5_000))],
)
def test_picture_that_would_fill_the_memory_is_refused_unopened(clerk, mode, size):
    head = picture("PNG", mode=mode)
    huge = head[:16] + struct.pack(">II", *size) + head[24:29]
    huge += struct.pack(">I", zlib.crc32(huge[12:29])) + head[33:]

    with pytest.raises(RuleViolation, match="图片像素过大"):
        store_upload(SimpleUploadedFile("照片.png", huge), by=clerk)


def test_picture_of_exactly_the_largest_size_is_kept(clerk, monkeypatch):
    monkeypatch.setattr(file_types, "MAX_DRAWN_BYTES", 40 * 20 * 4)

    stored = store_upload(SimpleUploadedFile("照片.jpg", picture()), by=clerk)

    assert stored.content_type == "image/jpeg"


def test_palette_picture_stays_one_with_its_transparency(clerk):
    drawn = picture("PNG", mode="P", transparency=0)

    stored = store_upload(SimpleUploadedFile("印章.png", drawn), by=clerk)

    with Image.open(path_of(stored.sha256)) as image:
        assert (image.mode, image.size, image.info) == ("P", (40, 20), {"transparency": 0})


def test_picture_is_kept_upright_without_place_or_comment(clerk):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[LATITUDE] = (28.0, 41.0, 0.0)
    taken = picture(exif=exif, comment=b"secret words")

    stored = store_upload(SimpleUploadedFile("照片.jpg", taken), by=clerk)

    kept = path_of(stored.sha256).read_bytes()
    with Image.open(BytesIO(kept)) as image:
        assert (image.size, dict(image.getexif()), image.info.get("comment")) == ((20, 40), {}, None)
    assert b"secret words" in taken
    assert b"secret words" not in kept
    assert stored.size == len(kept)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("改革方案.pdf", "改革方案.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\windows\\方案.pdf", "方案.pdf"),
        ("C:\\方案.pdf", "方案.pdf"),
        ("方\x00案\r\n.pdf", "方案.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("  .hidden.pdf ", "hidden.pdf"),
        ("", "文件"),
        ("..", "文件"),
        ("长" * 300 + ".pdf", "长" * 120 + ".pdf"),
    ],
)
def test_name_is_cleaned(given, kept):
    assert clean_name(given) == kept


def test_same_file_twice_is_two_records_and_one_file(clerk, files_dir):
    first = store_upload(SimpleUploadedFile("甲.pdf", PDF), by=clerk)
    second = store_upload(SimpleUploadedFile("乙.pdf", PDF), by=clerk)

    assert (first.sha256, first.pk) == (second.sha256, second.pk - 1)
    assert files_below(files_dir) == [first.sha256]


def test_many_writers_of_one_file_leave_one_whole_file(files_dir):
    content = PDF + os.urandom(300_000)
    writers = [threading.Thread(target=store_bytes, args=(content,)) for _ in range(20)]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    (name,) = files_below(files_dir)
    assert path_of(name).read_bytes() == content


def test_full_disk_refuses_and_leaves_nothing(clerk, files_dir, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(RuleViolation, match="服务器磁盘空间不足") as refused:
        store_upload(SimpleUploadedFile("方案.pdf", PDF), by=clerk)

    assert refused.value.findings[0].code == "disk-full"
    assert StoredFile.objects.count() == 0
    assert files_below(files_dir) == []


def test_other_disk_errors_are_not_called_full(files_dir, monkeypatch):
    def broken(_handle):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)

    with pytest.raises(OSError, match="Input/output error"):
        store_bytes(PDF)
    assert files_below(files_dir) == []


def test_failed_transaction_leaves_only_unreachable_bytes(clerk, files_dir):
    with transaction.atomic():
        store_upload(SimpleUploadedFile("方案.pdf", PDF), by=clerk)
        transaction.set_rollback(True)

    assert StoredFile.objects.count() == 0
    assert len(files_below(files_dir)) == 1


def test_response_downloads_under_the_chinese_name(clerk):
    stored = store_upload(SimpleUploadedFile("改革方案.pdf", PDF), by=clerk)

    response = file_response(stored)

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E6%94%B9%E9%9D%A9%E6%96%B9%E6%A1%88.pdf"
    )
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    response.close()


def test_response_for_lost_bytes_is_missing(clerk):
    stored = store_upload(SimpleUploadedFile("改革方案.pdf", PDF), by=clerk)
    path_of(stored.sha256).unlink()

    with pytest.raises(Http404, match="文件已不在服务器上"):
        file_response(stored)
