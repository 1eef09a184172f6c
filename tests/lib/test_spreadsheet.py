import io
import tempfile
import zipfile
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from portal.lib.spreadsheet import Column, Kind, Sheet, csv_chunks, guarded, unguarded, write_xlsx

CREATED = datetime(2026, 6, 30, 8, 0, tzinfo=timezone(timedelta(hours=8)))
COLUMNS = (
    Column(header="协会", width=24),
    Column(header="理事", kind=Kind.INTEGER),
    Column(header="经费（元）", kind=Kind.DECIMAL),
    Column(header="比例", kind=Kind.PERCENT),
    Column(header="截至", kind=Kind.DATE),
)
ROWS = (
    ("东湖区计划生育协会", 403, Decimal("1234.05"), Decimal("39.9"), date(2026, 6, 30)),
    ("西湖区计划生育协会", None, Decimal("0.00"), Decimal("100.0"), date(2024, 2, 29)),
    ("青云谱区计划生育协会", 0, None, "未建", None),
)
PAYLOADS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.invalid","x")',
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "{=1+1}",
    "http://example.invalid/",
)


def written(*sheets, created=CREATED):
    target = io.BytesIO()
    write_xlsx(target, sheets, created=created)
    return target.getvalue()


def reopened(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def parts(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    return {name: archive.read(name).decode() for name in archive.namelist()}


def test_xlsx_reopened_has_the_same_typed_cells():
    content = written(Sheet(title="汇总", columns=COLUMNS, rows=ROWS))

    assert reopened(content) == {
        "汇总": [
            ["协会", "理事", "经费（元）", "比例", "截至"],
            ["东湖区计划生育协会", 403.0, 1234.05, 0.399, date(2026, 6, 30)],
            ["西湖区计划生育协会", "", 0.0, 1.0, date(2024, 2, 29)],
            ["青云谱区计划生育协会", 0.0, "", "未建", ""],
        ]
    }


def test_xlsx_header_is_frozen_and_filtered_over_all_rows():
    sheet = parts(written(Sheet(title="汇总", columns=COLUMNS, rows=ROWS)))["xl/worksheets/sheet1.xml"]

    assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in sheet
    assert '<autoFilter ref="A1:E4"/>' in sheet


def test_xlsx_every_tenth_of_a_percent_keeps_its_digits():
    shown = [Decimal(tenths).scaleb(-1) for tenths in range(1001)]
    column = Column(header="比例", kind=Kind.PERCENT)

    cells = reopened(written(Sheet(title="比例", columns=[column], rows=([value] for value in shown))))[
        "比例"
    ]

    assert [Decimal(str(cell)) * 100 for [cell] in cells[1:]] == shown


def test_xlsx_notes_stand_on_a_last_sheet_of_their_own():
    content = written(
        Sheet(title="甲", columns=COLUMNS[:1], rows=[["东湖区"]], notes=("数据截至2026年6月30日",)),
        Sheet(title="乙", columns=COLUMNS[:1], rows=[]),
    )

    assert reopened(content) == {
        "甲": [["协会"], ["东湖区"]],
        "乙": [["协会"]],
        "说明": [["工作表", "说明"], ["甲", "数据截至2026年6月30日"]],
    }


def test_xlsx_of_the_same_rows_is_the_same_bytes():
    first = written(Sheet(title="汇总", columns=COLUMNS, rows=ROWS, notes=("甲",)))
    second = written(Sheet(title="汇总", columns=COLUMNS, rows=iter(ROWS), notes=["甲"]))

    assert first == second


def test_xlsx_created_is_written_in_utc():
    core = parts(written(Sheet(title="汇总", columns=COLUMNS, rows=ROWS)))["docProps/core.xml"]

    assert '<dcterms:created xsi:type="dcterms:W3CDTF">2026-06-30T00:00:00Z</dcterms:created>' in core


@pytest.mark.parametrize("payload", PAYLOADS)
def test_xlsx_formula_payload_stays_a_text(payload):
    content = written(Sheet(title="甲", columns=COLUMNS[:1], rows=[[payload]]))

    sheet = parts(content)["xl/worksheets/sheet1.xml"]
    assert ("<f>" in sheet, "<hyperlink" in sheet) == (False, False)
    assert reopened(content) == {"甲": [["协会"], [payload]]}


def test_xlsx_formula_payload_is_quoted_for_later_edits():
    styles = parts(written(Sheet(title="甲", columns=COLUMNS[:1], rows=[["=1+1"]])))["xl/styles.xml"]

    assert 'quotePrefix="1"' in styles


@pytest.mark.parametrize(
    ("kind", "cell", "error"),
    [
        (Kind.TEXT, "长" * 32_768, ValueError),
        (Kind.INTEGER, 360102199001011234, ValueError),
        (Kind.DECIMAL, Decimal("-1e15"), ValueError),
        (Kind.TEXT, 5, TypeError),
        (Kind.INTEGER, 0.5, TypeError),
        (Kind.DATE, 20260630, TypeError),
    ],
)
def test_xlsx_refuses_a_cell_that_it_would_change(kind, cell, error):
    with pytest.raises(error):
        written(Sheet(title="甲", columns=[Column(header="列", kind=kind)], rows=[[cell]]))


def test_xlsx_refuses_a_row_of_another_width():
    with pytest.raises(ValueError, match="zip"):
        written(Sheet(title="甲", columns=COLUMNS, rows=[["东湖区"]]))


def test_xlsx_control_characters_do_not_break_the_file():
    text = "甲\x00\x08\x1f\ufffe\uffff乙"

    cells = reopened(written(Sheet(title="甲", columns=COLUMNS[:1], rows=[[text]])))

    assert cells["甲"][1][0].replace("\ufffe", "").replace("\uffff", "")[-1] == "乙"


def test_xlsx_refused_half_way_leaves_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with pytest.raises(TypeError):
        written(Sheet(title="甲", columns=COLUMNS[:1], rows=[["东湖区"], [5]]))

    assert list(tmp_path.iterdir()) == []


def test_csv_has_the_mark_the_header_and_plain_values():
    content = b"".join(csv_chunks(COLUMNS, ROWS))

    assert content.decode() == (
        "\ufeff协会,理事,经费（元）,比例,截至\r\n"
        "东湖区计划生育协会,403,1234.05,39.9,2026-06-30\r\n"
        "西湖区计划生育协会,,0.00,100.0,2024-02-29\r\n"
        "青云谱区计划生育协会,0,,未建,\r\n"
    )


def test_csv_in_pieces_is_the_whole_file():
    rows = [[f"第{number}行"] for number in range(1201)]

    pieces = list(csv_chunks(COLUMNS[:1], iter(rows)))

    assert len(pieces) == 3
    assert b"".join(pieces).decode("utf-8-sig").split() == ["协会", *(row[0] for row in rows)]


def test_csv_negative_numbers_are_no_formulas():
    content = b"".join(csv_chunks(COLUMNS[1:3], [[-3, Decimal("-0.50")]]))

    assert content.decode("utf-8-sig") == "理事,经费（元）\r\n-3,-0.50\r\n"


@pytest.mark.parametrize("payload", [*PAYLOADS[:-2], "'=1", "''=1"])
def test_guarded_puts_a_quote_before_a_formula(payload):
    assert guarded(payload) == f"'{payload}"


@pytest.mark.parametrize(
    "text", ["", "东湖区", "1+1", "五届二次", "a=b", "'1", "'", "http://example.invalid/", "{=1+1}"]
)
def test_guarded_leaves_other_texts_alone(text):
    assert guarded(text) == text


@given(st.text("'=+-@＝ \t\rA1甲", max_size=8))
def test_unguarded_gives_back_every_text(text):
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "=1+1", "'1", "'", "五届二次"])
def test_unguarded_leaves_a_text_alone_that_has_no_guard(text):
    assert unguarded(text) == text
