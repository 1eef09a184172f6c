"""Workbooks that no office saved: live parts, links, bombs, XML that says two things."""

import io
import zipfile

import pytest

from portal.lib.tables.limits import Limits
from tests.lib.tables.files import changed, filled, read, refusal, replaced, workbook

SHEET = "xl/worksheets/sheet1.xml"
PLAIN = workbook(filled)
BROKEN = [
    (
        "table-broken",
        "工作簿已损坏或不是由表格软件生成，请用 Excel 或 WPS 打开并另存为 .xlsx 后再上传。",
    )
]
LIVE = [("table-live", "工作簿含有宏、控件、嵌入文件或外部数据，请另存为不含这些内容的 .xlsx 工作簿。")]
LINK = [
    ("table-link", "工作簿含有超链接或对其他文件的引用，请全选后删除超链接、断开链接，再上传。"),
]


@pytest.mark.parametrize(
    "target", ["http://example.invalid/", "mailto:a@example.invalid", "external:甲.xlsx"]
)
def test_workbook_with_links_is_refused(target):
    assert refusal(workbook(lambda book: filled(book).write_url("A9", target, string="甲"))) == LINK


@pytest.mark.parametrize(
    "part",
    [
        "xl/vbaProject.bin",
        "XL/VBAPROJECT.BIN",
        "xl/embeddings/oleObject1.bin",
        "xl/externalLinks/externalLink1.xml",
        "xl/activeX/activeX1.xml",
        "xl/macrosheets/sheet1.xml",
        "xl/connections.xml",
        "customUI/customUI14.xml",
    ],
)
def test_workbook_with_live_parts_is_refused(part):
    assert refusal(changed(PLAIN, extra=[(part, b"x")])) == LIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<c r="A2"', b'<c r="XFD99999999999"'),
        (b'<c r="A2"', b'<c r="A0"'),
        (b'<c r="A2"', b"<c"),
        (b'<c r="A2"', b'<c r="a2"'),
        (b'<c r="B2"', b'<c r="A2"'),
        (b'<row r="3"', b'<row r="3"><c r="A1"><v>1</v></c></row><row r="3"'),
        (b"</sheetData>", b""),
        (b"<worksheet ", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet '),
        (b"<worksheet ", b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><worksheet '),
        (b'encoding="UTF-8"', b'encoding="GBK"'),
        (b"<sheetData>", b"<sheetData><v>1</v>"),
        (b"</worksheet>", b'<mergeCells><mergeCell ref="A1:"/></mergeCells></worksheet>'),
        (b"<sheetData>", b"<sheetData " + b" " * 2_000_000 + b">"),
    ],
)
def test_workbook_with_a_sheet_that_nobody_saved_is_refused(old, new):
    assert refusal(replaced(PLAIN, SHEET, old, new)) == BROKEN


@pytest.mark.parametrize(
    "part", ["xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"]
)
def test_workbook_with_entities_in_any_part_is_refused(part):
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'

    assert refusal(replaced(PLAIN, part, b"?>\n", b"?>\n" + bomb)) == BROKEN


def test_workbook_with_a_value_far_out_of_its_cell_is_refused_before_calamine_makes_room():
    far = replaced(
        PLAIN, SHEET, b"</row></sheetData>", b'<c r="ZZZ9999999"><b/><v>1</v></c></row></sheetData>'
    )

    assert [code for code, _ in refusal(far)] == ["table-too-long"]


def bomb(size, name="xl/media/image1.png"):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return target.getvalue()


def test_bomb_of_ratio_is_refused():
    assert refusal(bomb(5_000_000)) == [
        ("table-bomb", "工作簿的压缩比例异常，请用 Excel 或 WPS 另存为新的 .xlsx 后再上传。")
    ]


def test_bomb_of_size_is_refused():
    assert refusal(bomb(5_000_000), limits=Limits(unpacked_bytes=4 * 1024 * 1024)) == [
        ("table-bomb", "工作簿展开后超过4 MB，请分成几个文件。")
    ]


def test_bomb_of_parts_is_refused():
    content = changed(PLAIN, extra=[(f"xl/media/{number}.png", b"") for number in range(300)])

    assert [code for code, _ in refusal(content)] == ["table-bomb"]


def test_bomb_of_texts_that_no_cell_needs_is_refused():
    def edit(name, part):
        return (
            part.replace(b"</sst>", b"<si/>" * 2_000 + b"</sst>")
            if name.endswith("sharedStrings.xml")
            else part
        )

    assert refusal(changed(PLAIN, edit), limits=Limits(rows=10, columns=60)) == BROKEN
    assert read(changed(PLAIN, edit), limits=Limits(rows=30, columns=60)) == read(PLAIN)


def test_bomb_that_lies_about_its_size_is_refused():
    content = bytearray(bomb(5_000_000, SHEET))
    size = (5_000_000).to_bytes(4, "little")
    while size in content:
        place = content.index(size)
        content[place : place + 4] = (100).to_bytes(4, "little")

    assert refusal(bytes(content)) == BROKEN


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_workbook_with_two_parts_of_one_name_is_refused():
    assert refusal(changed(PLAIN, extra=[(SHEET, b"<worksheet/>")])) == BROKEN
    assert refusal(changed(PLAIN, extra=[(SHEET.upper(), b"<worksheet/>")])) == BROKEN


def test_zip_that_is_no_workbook_is_refused():
    assert refusal(bomb(100, "readme.txt")) == BROKEN
