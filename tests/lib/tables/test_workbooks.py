from datetime import date, datetime, time
from decimal import Decimal

import pytest

from tests.lib.tables.files import HEADERS, ROWS, changed, filled, read, refusal, workbook

MIDNIGHT = datetime.combine(date(2026, 6, 9), time.min)
MORNING = datetime.combine(date(2026, 6, 9), time(8, 30))
SHEET = "xl/worksheets/sheet1.xml"
PLAIN = workbook(filled)


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
