"""The workbooks of an import: the template to fill in, and the file sent back with what is wrong in red."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

from portal.lib.findings import Finding
from portal.lib.spreadsheet import NOTES_TITLE, Cell, Column, Kind, Marked, Sheet, write_xlsx
from portal.lib.tables.cells import EXACT_BELOW, Value
from portal.lib.tables.reading import Row, Table

from .lines import Fault
from .types import ImportColumn, ImportType

REASON = "错误原因"
WIDEST = 30
DATES_FROM = datetime(2026, 1, 1, tzinfo=UTC)
NOTE_COLUMNS = (
    Column(header="列名", width=18),
    Column(header="是否必填", width=10),
    Column(header="格式", width=30),
    Column(header="示例", width=24),
    Column(header=NOTES_TITLE, width=60),
)
GENERAL = (
    "表头不能改名或删除，列的先后可以调整；从第二行起每行填一条",
    "空格不改变已登记的内容；公式、合并单元格、隐藏的行列和超链接不能导入",
    "身份证号、电话和代码须为文本，本模板已设好格式",
)


def template(import_type: ImportType) -> bytes:
    """Make the workbook that people fill in: one sheet with the headers, one that explains every column."""
    sheets = (
        Sheet(title=import_type.label, columns=[_blank(column) for column in import_type.columns], rows=()),
        Sheet(title=NOTES_TITLE, columns=NOTE_COLUMNS, rows=_explained(import_type)),
    )
    return _bytes(sheets, created=DATES_FROM)


def error_book(import_type: ImportType, table: Table, faults: Iterable[Fault], *, made_at: datetime) -> bytes:
    """Return the file as a workbook: every row as it was sent, wrong cells red, the reasons in a last column.

    Raises: ValueError for a cell that no workbook holds.
    """
    by_row: defaultdict[int, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_row[fault.row].append(fault)
    columns = [
        *(
            Column(header=column.header, kind=Kind.ANY, width=_width(column))
            for column in import_type.columns
        ),
        Column(header=REASON, width=WIDEST * 2),
    ]
    rows = (_judged(row, import_type.headers, by_row.get(row.number, ())) for row in table.rows)
    return _bytes((Sheet(title=import_type.label, columns=columns, rows=rows),), created=made_at)


def _blank(column: ImportColumn) -> Column:
    return Column(
        header=column.header,
        kind=Kind.DATE if column.form.startswith("日期") else Kind.TEXT,
        width=_width(column),
        choices=column.choices,
        is_form=True,
    )


def _width(column: ImportColumn) -> int:
    return min(max(2 * len(column.header) + 4, len(column.example) + 2), WIDEST)


def _explained(import_type: ImportType) -> Iterator[Sequence[Cell]]:
    for column in import_type.columns:
        choices = f"可选：{'、'.join(column.choices)}" if column.choices else ""
        note = "；".join(filter(None, (column.note, choices)))
        yield column.header, "必填" if column.is_required else "选填", column.form, column.example, note
    yield "如何对应", "", "", "", import_type.key
    for sentence in GENERAL:
        yield "填写要求", "", "", "", sentence


def _judged(row: Row, headers: Sequence[str], faults: Sequence[Fault]) -> list[Cell | Marked]:
    wrong = {fault.header for fault in faults}
    cells: list[Cell | Marked] = []
    for header in headers:
        cell = _plain(row.cells[header])
        cells.append(Marked(cell) if header in wrong else cell)
    cells.append(
        "；".join(f"{fault.header}：{fault.message}" if fault.header else fault.message for fault in faults)
    )
    return cells


def _plain(cell: Value | Finding) -> Cell:
    # What could not be taken from the file cannot be given back either; its reason says so.
    if isinstance(cell, Finding):
        return None
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | Decimal) and abs(cell) >= EXACT_BELOW:
        # As spreadsheets show a number whose last digits are lost; nobody takes that for an ID number.
        return f"{cell:.5E}"
    return cell


def _bytes(sheets: Sequence[Sheet], *, created: datetime) -> bytes:
    target = BytesIO()
    write_xlsx(target, sheets, created=created)
    return target.getvalue()
