"""Workbooks and CSV: typed cells, nothing live in them, the same rows give the same bytes."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from tempfile import TemporaryDirectory
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | date | None

# The full-width forms too: a Chinese Excel reads ＝１＋１ as a formula.
FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
MAX_TEXT = 32_767
MAX_EXACT_INTEGER = 10**15
MAX_ROWS = 1_048_576
NOTES_TITLE = "说明"
CSV_CHUNK_ROWS = 500
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class Kind(StrEnum):
    """What a column holds. PERCENT takes 39.9 for 39.9 % and is stored as 0.399; ANY is as each cell is."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DATE = "date"
    ANY = "any"


NUMBER_FORMATS = {
    Kind.TEXT: "@",
    Kind.INTEGER: "#,##0",
    Kind.DECIMAL: "#,##0.00",
    Kind.PERCENT: "0.0%",
    Kind.DATE: "yyyy-mm-dd",
    Kind.ANY: "General",
}


@dataclass(frozen=True)
class Marked:
    """A cell that is wrong, drawn on red."""

    value: Cell


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column; `width` in characters of the default font.

    `choices` are offered as a drop-down; `is_form` gives its format to the empty cells below as well, so
    that what people type there is kept as typed.
    """

    header: str
    kind: Kind = Kind.TEXT
    width: int = 14
    choices: Sequence[str] = ()
    is_form: bool = False


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table; `rows` may be a generator and is read once. `notes` go to the last sheet, 说明."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell | Marked]]
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Formats:
    """The cell formats of one workbook, made once."""

    header: Format
    quoted: Format
    by_kind: dict[Kind, Format]
    marked: dict[Kind, Format]


def write_xlsx(target: BinaryIO, sheets: Iterable[Sheet], *, created: datetime) -> None:
    """Write the sheets to an open binary file, one row in memory at a time.

    Shape: frozen header row, filter over all rows, one format per column; notes on a last sheet.
    Raises: ValueError for a text, a whole number or a table that a workbook would silently cut.
    """
    with TemporaryDirectory(prefix="workbook-") as folder:
        workbook = Workbook(target, OPTIONS | {"tmpdir": folder})
        # Excel keeps no zone; without a fixed moment the same rows would give other bytes every second.
        workbook.set_properties({"created": created.astimezone(UTC).replace(tzinfo=None)})
        try:
            _fill(workbook, sheets)
            workbook.close()
        finally:
            # The rows wait in files that the library leaves open when a cell is refused half-way.
            for worksheet in workbook.worksheets():
                worksheet.row_data_fh.close()


def csv_chunks(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file in pieces of some hundred rows.

    Shape: UTF-8 with the mark that Excel needs, CRLF; a text that Excel would run gets a ' in front.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([guarded(column.header) for column in columns])
    for number, row in enumerate(rows, start=1):
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
        if number % CSV_CHUNK_ROWS == 0:
            yield _drained(buffer)
    yield _drained(buffer)


def guarded(text: str) -> str:
    """Put ' before a text that a spreadsheet would run as a formula, or that looks guarded already."""
    return f"'{text}" if _looks_live(text.lstrip("'")) else text


def unguarded(text: str) -> str:
    """Take the guard off again: `unguarded(guarded(text)) == text` for every text."""
    return text[1:] if text.startswith("'") and _looks_live(text.lstrip("'")) else text


def _looks_live(text: str) -> bool:
    return text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)


def _drained(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece


def _fill(workbook: Workbook, sheets: Iterable[Sheet]) -> None:
    formats = _formats(workbook)
    notes: list[tuple[str, str]] = []
    for sheet in sheets:
        _write_sheet(workbook, sheet, formats)
        notes += [(sheet.title, note) for note in sheet.notes]
    if notes:
        _write_sheet(workbook, _notes_sheet(notes), formats)


def _formats(workbook: Workbook) -> Formats:
    look = {"valign": "vcenter", "border": 1, "border_color": "#BFBFBF"}
    return Formats(
        header=workbook.add_format(
            look | {"bold": True, "bg_color": "#DCE6F1", "align": "center", "text_wrap": True}
        ),
        # The quote mark of Excel itself: the text stays a text when someone edits the cell.
        quoted=workbook.add_format(look | {"num_format": "@", "quote_prefix": True}),
        by_kind={
            kind: workbook.add_format(look | {"num_format": code}) for kind, code in NUMBER_FORMATS.items()
        },
        marked={
            kind: workbook.add_format(look | {"num_format": code, "bg_color": "#FFC7CE", "color": "#9C0006"})
            for kind, code in NUMBER_FORMATS.items()
        },
    )


def _notes_sheet(notes: Sequence[tuple[str, str]]) -> Sheet:
    columns = (Column(header="工作表", width=20), Column(header=NOTES_TITLE, width=90))
    return Sheet(title=NOTES_TITLE, columns=columns, rows=notes)


def _write_sheet(workbook: Workbook, sheet: Sheet, formats: Formats) -> None:
    worksheet = workbook.add_worksheet(sheet.title)
    worksheet.freeze_panes(1, 0)
    for index, column in enumerate(sheet.columns):
        worksheet.set_column(
            index, index, column.width, formats.by_kind[column.kind] if column.is_form else None
        )
        worksheet.write_string(0, index, column.header, formats.header)
        if column.choices:
            worksheet.data_validation(
                1, index, MAX_ROWS - 1, index, {"validate": "list", "source": list(column.choices)}
            )
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        if last >= MAX_ROWS:
            raise ValueError(f"sheet {sheet.title} has more rows than a workbook holds")
        for index, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            _write_cell(worksheet, last, index, column.kind, cell, formats)
    worksheet.autofilter(0, 0, last, len(sheet.columns) - 1)


def _write_cell(
    worksheet: Worksheet, row: int, index: int, kind: Kind, cell: Cell | Marked, formats: Formats
) -> None:
    styles = formats.by_kind
    if isinstance(cell, Marked):
        styles, cell = formats.marked, cell.value
    if kind == Kind.ANY:
        kind = _kind_of(cell)
    style = styles[kind]
    match kind, cell:
        case _, None:
            worksheet.write_blank(row, index, None, style)
        case _, str():
            _check_text(cell)
            is_quoted = _looks_live(cell) and styles is formats.by_kind
            worksheet.write_string(row, index, cell, formats.quoted if is_quoted else style)
        case Kind.INTEGER | Kind.DECIMAL | Kind.ANY, int() | Decimal():
            worksheet.write_number(row, index, _exact(cell), style)
        case Kind.PERCENT, int() | Decimal():
            worksheet.write_number(row, index, _exact(Decimal(cell).scaleb(-2)), style)
        case Kind.DATE, date():
            worksheet.write_datetime(row, index, cell, style)
        case _:
            raise TypeError(f"a {kind} column takes no {type(cell).__name__}")


def _kind_of(cell: Cell) -> Kind:
    match cell:
        case str():
            return Kind.TEXT
        case date():
            return Kind.DATE
    return Kind.ANY


def _check_text(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise ValueError(f"a cell holds {MAX_TEXT} characters and not {len(text)}")


def _exact(number: int | Decimal) -> int | Decimal:
    # A workbook keeps 15 digits; an ID number or an amount beyond them would change in silence.
    if not -MAX_EXACT_INTEGER < number < MAX_EXACT_INTEGER:
        raise ValueError(f"{number} has more digits than a number cell keeps; write it as text")
    return number
