import io
from datetime import date

import pytest

from portal.lib.findings import Severity
from portal.lib.tables.cells import as_day, as_integer, as_text
from portal.lib.tables.limits import Limits
from portal.lib.tables.places import PlacedFinding, index_of, letter_of
from portal.lib.tables.reading import open_table
from tests.lib.tables.files import HEADERS, csv_of, filled, read, refusal, workbook


def opened_rows(content, **options):
    with open_table(io.BytesIO(content), headers=HEADERS, **options) as table:
        return list(table.rows)


def test_row_reads_cells_with_their_readers():
    [row] = opened_rows(csv_of("人数,姓名,出生日期\n3,张三,1990年3月7日\n"))

    assert row.read("姓名", as_text) == "张三"
    assert row.read("出生日期", as_day) == date(1990, 3, 7)
    assert row.read("人数", as_integer) == 3


def test_row_finding_knows_its_place():
    content = workbook(lambda book: filled(book, rows=[("张三", "三月七日", 3)]))
    [row] = opened_rows(content)

    assert row.read("出生日期", as_day) == PlacedFinding(
        code="table-cell",
        severity=Severity.ERROR,
        message="工作表“会员”第2行B列（出生日期）：应为日期，年在前、四位数"
        "（2026-06-09、2026/6/9 或 2026年6月9日），这里是“三月七日”。",
        sheet="会员",
        row=2,
        letter="B",
        header="出生日期",
    )


def test_row_cell_that_cannot_be_taken_stays_a_finding_for_every_reader():
    [row] = opened_rows(csv_of("姓名,出生日期,人数\n张\x07三,,\n"))

    read_twice = [row.read("姓名", reader) for reader in (as_text, as_day)]

    assert [finding.message for finding in read_twice] == [
        "第2行A列（姓名）：含有看不见的控制字符（U+0007），请重新键入这一格。"
    ] * 2


def test_row_tells_of_filled_cells_without_a_title():
    [row] = opened_rows(csv_of("姓名,出生日期,人数\n张三,,,,备注在此\n"))

    assert [finding.message for finding in row.surplus] == [
        "第2行E列：这一格有内容而所在列没有表头，不会被导入，请补上表头或清空。"
    ]


def test_ignored_columns_are_passed_over_without_a_word():
    content = csv_of("姓名,错误原因,出生日期,人数\n张三,不对,,\n")
    [row] = opened_rows(content, ignored=["错误原因"])

    assert row.cells == {"姓名": "张三", "出生日期": None, "人数": None}
    assert row.surplus == ()


def test_header_is_found_below_a_title_and_blank_lines():
    content = csv_of("东湖区会员名册,,\n,,\n 姓名 ,\u3000出生日期,人数\n张三,,\n")

    assert read(content) == [(4, ["张三", None, None])]


def test_header_on_the_tenth_row_is_found_and_on_the_eleventh_not():
    table = "姓名,出生日期,人数\n张三,,\n"

    assert read(csv_of("\n" * 9 + table)) == [(11, ["张三", None, None])]
    assert refusal(csv_of("\n" * 10 + table)) == [
        ("table-no-header", "前10行中没有找到表头，应有一行写着“姓名”、“出生日期”、“人数”。")
    ]


@pytest.mark.parametrize(
    ("head", "messages"),
    [
        ("姓名,人数", [("table-missing-header", "第1行（出生日期）：表头缺少“出生日期”列。")]),
        (
            "姓名,出生日期,人数,姓名",
            [("table-repeated-header", "第1行D列（姓名）：表头“姓名”重复出现在A、D列，只能保留一列。")],
        ),
        (
            "姓名,出生日期,人数,电话",
            [("table-unknown-header", "第1行D列：表头“电话”不在模板中，请按模板改正或删去这一列。")],
        ),
        (
            "姓 名,出生日期,人数",
            [
                ("table-missing-header", "第1行（姓名）：表头缺少“姓名”列。"),
                ("table-unknown-header", "第1行A列：表头“姓 名”不在模板中，请按模板改正或删去这一列。"),
            ],
        ),
    ],
)
def test_header_must_be_exactly_the_expected_one(head, messages):
    assert refusal(csv_of(f"{head}\n张三,,\n")) == messages


def test_data_above_the_header_are_not_dropped_in_silence():
    content = csv_of("李四,1990-01-01,2\n姓名,出生日期,人数\n张三,,\n")

    assert refusal(content) == [
        (
            "table-above-header",
            "第1行：表头上方只能有标题（每行一格），这一行有多格内容，不会被导入，请删去或移到表头下方。",
        )
    ]


def test_table_of_a_header_alone_has_no_rows():
    assert read(csv_of("姓名,出生日期,人数")) == []


def test_rows_are_counted_from_below_the_header():
    content = csv_of("册\n" * 9 + "姓名,出生日期,人数\n" + "甲,,\n" * 3)

    assert len(read(content, limits=Limits(rows=3))) == 3


def test_column_letters_go_there_and_back():
    letters = [letter_of(index) for index in range(16384)]

    assert letters[:2] + letters[25:28] + letters[-1:] == ["A", "B", "Z", "AA", "AB", "XFD"]
    assert [index_of(letter) for letter in letters] == list(range(16384))
