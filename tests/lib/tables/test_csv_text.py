import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.spreadsheet import Column, csv_chunks
from portal.lib.tables.limits import Limits
from portal.lib.tables.reading import open_table
from tests.lib.tables.files import csv_of, read, refusal

TEXT = "姓名,出生日期,人数\r\n张三,1990-03-07,3\r\n\r\n李㐀,,0\r\n"
CELLS = [(2, ["张三", "1990-03-07", "3"]), (4, ["李㐀", None, "0"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_csv_is_read_in_every_encoding_and_delimiter(encoding, delimiter):
    assert read(csv_of(TEXT.replace(",", delimiter), encoding)) == CELLS


def test_csv_cells_may_hold_delimiters_quotes_and_lines():
    content = csv_of('姓名,出生日期,人数\n"张,三 ""乙""",1990-03-07,"一\n二"\n李四,,\n')

    assert read(content) == [
        (2, ['张,三 "乙"', "1990-03-07", "一\n二"]),
        (3, ["李四", None, None]),
    ]


def test_csv_takes_off_the_guard_of_our_own_files():
    content = csv_of("姓名,出生日期,人数\n'=1+1,'1,'-3\n")

    assert read(content) == [(2, ["=1+1", "'1", "-3"])]


@given(st.lists(st.text("'=+-@甲,\"\n ", min_size=1, max_size=6), min_size=1, max_size=5))
def test_csv_that_was_exported_is_read_as_it_was(texts):
    columns = [Column(header="姓名")]
    content = b"".join(csv_chunks(columns, ([text] for text in texts)))

    cells = [values[0] for _, values in read(content, ["姓名"])]

    assert cells == [text.strip() for text in texts if text.strip()]


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"", "table-empty", "文件是空的，请选择含有表头和数据的文件。"),
        (
            TEXT.encode("utf-16"),
            "table-encoding",
            "读不出文件的文字：CSV 应为 UTF-8 或 GB18030（GBK）编码。",
        ),
        (
            b"\xff\xff\xff",
            "table-encoding",
            "读不出文件的文字：CSV 应为 UTF-8 或 GB18030（GBK）编码。",
        ),
        (
            csv_of("姓名,\0"),
            "table-encoding",
            "文件不是文本：应为 UTF-8 或 GB18030 编码的 CSV，或 .xlsx 工作簿。",
        ),
        (
            csv_of('姓名,出生日期,人数\n甲,,\n"乙,,\n'),
            "table-csv",
            "第3行：读不下去：引号没有成对，或一格的内容过长。",
        ),
        (
            csv_of(f"姓名,出生日期,人数\n{'长' * 140_000},,\n"),
            "table-csv",
            "第2行：读不下去：引号没有成对，或一格的内容过长。",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "table-old-format",
            "这是旧式 .xls 或加了密码的工作簿，请去掉密码并另存为 .xlsx 后再上传。",
        ),
        (
            csv_of("姓名,出生日期,人数\n" + "," * 60),
            "table-too-wide",
            "第2行：最多60列，这一行有61列。",
        ),
    ],
)
def test_csv_refusal_says_why(content, code, message):
    assert refusal(content) == [(code, message)]


def test_csv_of_the_most_rows_is_taken_and_one_more_is_not():
    limits = Limits(rows=30)
    rows = ["姓名,出生日期,人数", *["甲,,"] * 30]

    assert len(read(csv_of("\n".join(rows)), limits=limits)) == 30
    assert refusal(csv_of("\n".join([*rows, "甲,,"])), limits=limits) == [
        ("table-too-long", "一次最多导入30行，请分成几个文件。")
    ]


def test_csv_larger_than_allowed_is_not_even_read():
    content = csv_of(TEXT) + b" " * 1024 * 1024

    assert refusal(content, limits=Limits(file_bytes=1024 * 1024)) == [
        ("table-too-large", "文件有1 MB，最大1 MB，请分成几个文件。")
    ]


def test_csv_file_stays_open_for_its_owner():
    file = io.BytesIO(csv_of(TEXT))

    with open_table(file, headers=["姓名", "出生日期", "人数"]) as table:
        next(table.rows)

    assert file.closed is False
