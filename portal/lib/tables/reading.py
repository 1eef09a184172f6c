"""Open an uploaded table and read it row by row."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import SEEK_END
from itertools import chain, islice
from typing import BinaryIO, TypeVar

from portal.lib.findings import Finding
from portal.lib.spreadsheet import NOTES_TITLE
from portal.lib.tables.cells import Value
from portal.lib.tables.csv_text import csv_source
from portal.lib.tables.heads import Cells, Head, find_head
from portal.lib.tables.limits import HEAD_ROWS, MEGABYTE, Limits
from portal.lib.tables.places import PlacedFinding, TableRefused, found, letter_of, refusal
from portal.lib.tables.source import Source, Upload
from portal.lib.tables.workbooks import workbook_source

T = TypeVar("T")

ZIP_START = b"PK\x03\x04"
# The old .xls, and every workbook behind a password.
OLE_START = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row with at least one filled cell; `number` counts from 1 as spreadsheets do.

    Shape: `cells` has every expected title, with a Finding where the cell cannot be taken; `surplus` are the
    findings about filled cells that stand under no title.
    """

    head: Head
    number: int
    cells: dict[str, Value | Finding]
    surplus: tuple[PlacedFinding, ...]

    def read(self, header: str, reader: Callable[[Value], T | Finding]) -> T | PlacedFinding:
        """Return what the reader makes of a cell; its finding gets the place of the cell."""
        cell = self.cells[header]
        value = cell if isinstance(cell, Finding) else reader(cell)
        return self.placed(header, value.code, value.message) if isinstance(value, Finding) else value

    def placed(self, header: str, code: str, message: str) -> PlacedFinding:
        """Return a finding about one cell of this row."""
        letter = letter_of(self.head.indexes[header])
        return found(code, message, sheet=self.head.sheet, row=self.number, letter=letter, header=header)


@dataclass(frozen=True, kw_only=True)
class Table:
    """An opened table; `rows` streams and is read once. `sheet` is empty for CSV."""

    sheet: str
    head: Head
    rows: Iterator[Row]


@contextmanager
def open_table(
    file: BinaryIO,
    *,
    headers: Sequence[str],
    ignored: Collection[str] = (),
    sheet: str = "",
    aside: Collection[str] = (NOTES_TITLE,),
    limits: Limits | None = None,
) -> Iterator[Table]:
    """Check a workbook (.xlsx) or CSV file whole and open it; its content and not its name decides which.

    `headers` must all be there and nothing beside them but `ignored` ones. In a workbook the sheet named
    `sheet` is read, or the only one; those named in `aside` are left alone, any other must be empty.
    Raises: TableRefused, before the first row, for whatever concerns the file as a whole; `rows` itself
    refuses only a row too many.
    """
    upload = Upload(file=file, headers=headers, sheet=sheet, aside=aside, limits=limits or Limits())
    with _opener(upload)(upload) as source:
        first = list(islice(source.rows, HEAD_ROWS))
        head = find_head(first, sheet=source.sheet, headers=headers, ignored=ignored)
        # A merged title above the header row hides nothing.
        merged = [finding for finding in source.merged if (finding.row or 0) >= head.row]
        if merged:
            raise TableRefused(merged)
        rest = enumerate(chain(first[head.row :], source.rows), start=head.row + 1)
        yield Table(sheet=source.sheet, head=head, rows=_rows(rest, head, upload.limits))


def _opener(upload: Upload) -> Callable[[Upload], AbstractContextManager[Source]]:
    size = upload.file.seek(0, SEEK_END)
    if size > upload.limits.file_bytes:
        most = upload.limits.file_bytes // MEGABYTE
        raise refusal("table-too-large", f"文件有{size // MEGABYTE} MB，最大{most} MB，请分成几个文件。")
    upload.file.seek(0)
    start = upload.file.read(len(ZIP_START))
    if start == OLE_START:
        raise refusal(
            "table-old-format", "这是旧式 .xls 或加了密码的工作簿，请去掉密码并另存为 .xlsx 后再上传。"
        )
    if not start:
        raise refusal("table-empty", "文件是空的，请选择含有表头和数据的文件。")
    return workbook_source if start == ZIP_START else csv_source


def _rows(numbered: Iterable[tuple[int, Cells]], head: Head, limits: Limits) -> Iterator[Row]:
    for number, cells in numbered:
        if any(cell is not None for cell in cells):
            if number > head.row + limits.rows:
                raise refusal("table-too-long", f"一次最多导入{limits.rows}行，请分成几个文件。")
            yield _row(number, cells, head)


def _row(number: int, cells: Cells, head: Head) -> Row:
    wide = len(cells)
    return Row(
        head=head,
        number=number,
        cells={header: cells[at] if at < wide else None for header, at in head.indexes.items()},
        surplus=tuple(_surplus(number, cells, head)) if wide > len(head.indexes) else (),
    )


def _surplus(number: int, cells: Cells, head: Head) -> Iterator[PlacedFinding]:
    titled = head.passed_over.union(head.indexes.values())
    for at, cell in enumerate(cells):
        if cell is not None and at not in titled:
            message = "这一格有内容而所在列没有表头，不会被导入，请补上表头或清空。"
            yield found("table-surplus", message, sheet=head.sheet, row=number, letter=letter_of(at))
