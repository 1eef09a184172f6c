import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from portal.lib.tables.limits import Limits
from tests.lib.tables.files import HEADERS, ROWS, changed, filled, read, refusal, replaced, workbook

MIDNIGHT = datetime.combine(date(2026, 6, 9), time.min)
MORNING = datetime.combine(date(2026, 6, 9), time(8, 30))
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


def test_workbook_cells_come_typed_and_numbered():
    def write(book):
        sheet = book.add_worksheet("会员")
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(2, 1, HEADERS)
        sheet.write_row(4, 1, ["张三", 1.5, 3])
        sheet.write_datetime(5, 2, MIDNIGHT, day)
        sheet.write_datetime(5, 3, MORNING, day)
        sheet.write_boolean(6, 1, True)
        sheet.write_string(6, 2, "00123")
        sheet.write_blank(1_048_575, 16_383, None, day)

    assert read(workbook(write)) == [
        (5, ["张三", Decimal("1.5"), 3]),
        (6, [None, date(2026, 6, 9), MORNING]),
        (7, [True, "00123", None]),
    ]


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}, {"use_zip64": True}])
def test_workbook_of_every_way_to_store_texts_is_read(options):
    assert read(workbook(filled, **options)) == [(2, list(ROWS[0])), (3, list(ROWS[1]))]


def test_workbook_with_prefixed_names_is_read():
    prefixed = changed(
        PLAIN,
        lambda name, part: (
            part.replace(b"xmlns=", b"xmlns:x=")
            .replace(b"</", b"</x:")
            .replace(b"<", b"<x:")
            .replace(b"<x:/x:", b"</x:")
            .replace(b"<x:?", b"<?")
            if name == SHEET
            else part
        ),
    )

    assert read(prefixed) == read(PLAIN)


def test_workbook_with_notes_beside_and_empty_sheets_is_read():
    def write(book):
        book.add_worksheet("说明").write_string(0, 0, "填写说明")
        book.add_worksheet("空表")
        filled(book)
        book.add_worksheet("选项").hide()

    assert read(workbook(write), sheet="会员", aside=("说明", "选项")) == read(PLAIN)


def test_workbook_with_drop_downs_and_formats_is_read():
    def write(book):
        sheet = filled(book)
        options = {"validate": "list", "source": "=选项!$A$1:$A$9"}
        sheet.data_validation("A2:A9", options)
        sheet.conditional_format("C2:C9", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("B2:B9", {"type": "formula", "criteria": "=$B2>1", "format": None})
        book.add_worksheet("选项").write_string(0, 0, "甲")

    assert read(workbook(write), sheet="会员", aside=("选项",)) == read(PLAIN)


def test_workbook_with_another_filled_sheet_is_refused():
    def write(book):
        filled(book)
        filled(book, title="Sheet2")

    assert refusal(workbook(write), sheet="会员") == [
        ("table-more-sheets", "工作表“Sheet2”：这张工作表也有内容，不会被导入，请删去或分开上传。")
    ]


def test_workbook_without_the_sheet_is_refused():
    def write(book):
        filled(book, title="甲")
        filled(book, title="乙")

    assert refusal(workbook(write), sheet="会员") == [
        ("table-no-sheet", "工作簿中没有名为“会员”的工作表，现有“甲”、“乙”。")
    ]


def test_workbook_with_one_sheet_is_read_whatever_its_name():
    assert read(PLAIN, sheet="人员") == read(PLAIN)


def test_workbook_whose_table_is_hidden_is_refused():
    def write(book):
        book.add_worksheet("说明").activate()
        filled(book).hide()

    assert refusal(workbook(write), sheet="会员") == [
        ("table-hidden", "要导入的工作表被隐藏，请取消隐藏。工作簿中有“说明”、“会员”。")
    ]


def hidden_row(sheet, book):
    sheet.set_row(1, None, None, {"hidden": True})


def hidden_columns(sheet, book):
    sheet.set_column("B:XFD", None, None, {"hidden": True})


def hidden_outside(sheet, book):
    sheet.set_row(500, None, None, {"hidden": True})
    sheet.set_column("D:XFD", None, None, {"hidden": True})


def formula(sheet, book):
    sheet.write_formula("C2", "=1+2", None, 3)


def error(sheet, book):
    sheet.write_formula("C3", "=NA()", None, "#N/A")


def merged(sheet, book):
    sheet.merge_range("A2:A3", "张三")


def far_row(sheet, book):
    sheet.write_string(1_048_575, 0, "远")


def far_column(sheet, book):
    sheet.write_string(1, 16_383, "远")


@pytest.mark.parametrize(
    ("spoil", "findings"),
    [
        (
            hidden_row,
            [
                (
                    "table-hidden",
                    "工作表“会员”第2行：被隐藏或筛选掉了，请取消筛选和隐藏后检查内容，或删去。",
                )
            ],
        ),
        (
            hidden_columns,
            [("table-hidden", "工作表“会员”B列：B至C列被隐藏，请取消隐藏后检查内容，或删去。")],
        ),
        (
            formula,
            [("table-formula", "工作表“会员”第2行C列：含有公式，请复制后“选择性粘贴—数值”。")],
        ),
        (
            error,
            [
                ("table-error", "工作表“会员”第3行C列：是错误值（如 #N/A、#DIV/0!），请改正或清空。"),
                ("table-formula", "工作表“会员”第3行C列：含有公式，请复制后“选择性粘贴—数值”。"),
            ],
        ),
        (
            merged,
            [("table-merged", "工作表“会员”第3行A列：A2:A3是合并单元格，请取消合并，每格各填各的。")],
        ),
        (
            far_row,
            [
                (
                    "table-too-long",
                    "一次最多导入50000行，第1048576行仍有内容，请删去或分成几个文件。",
                )
            ],
        ),
        (far_column, [("table-too-wide", "最多60列，XFD列仍有内容，请删去多余的列。")]),
    ],
)
def test_workbook_with_what_would_be_lost_is_refused_with_its_place(spoil, findings):
    assert refusal(workbook(lambda book: spoil(filled(book), book))) == findings


def test_workbook_with_hidden_cells_outside_the_table_is_read():
    assert read(workbook(lambda book: hidden_outside(filled(book), book))) == read(PLAIN)


def test_workbook_with_a_merged_title_above_is_read_and_with_a_merged_header_not():
    def titled(book):
        filled(book, first_row=1).merge_range("A1:C1", "会员名册")

    def merged_head(book):
        filled(book, first_row=1).merge_range("A2:A3", "姓名")

    assert [number for number, _ in read(workbook(titled))] == [3, 4]
    assert [code for code, _ in refusal(workbook(merged_head))] == ["table-merged"]


def test_workbook_names_twenty_formulas_at_most():
    def write(book):
        sheet = filled(book)
        for row in range(1, 500):
            sheet.write_formula(row, 2, "=1+2", None, 3)

    assert len(refusal(workbook(write))) == 20


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
