"""CSV files: encoding and delimiter found strictly, our own guard taken off again."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO

from portal.lib.findings import Finding
from portal.lib.spreadsheet import unguarded
from portal.lib.tables.cells import Value, typed
from portal.lib.tables.heads import matches
from portal.lib.tables.limits import HEAD_ROWS, MEGABYTE, Limits
from portal.lib.tables.places import TableRefused, found, refusal
from portal.lib.tables.source import Source, Upload

# In this order: text in GB18030 hardly ever passes for UTF-8, the other way round it often does.
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = (",", "\t")


@contextmanager
def csv_source(upload: Upload) -> Iterator[Source]:
    """Open a CSV file; it was read through once when the source is handed over.

    Raises: TableRefused for other encodings, broken quotes, too many rows or columns.
    """
    encoding = _encoding(upload.file)
    delimiter = max(DELIMITERS, key=lambda mark: _promise(upload, encoding, mark))
    for number, cells in _numbered(upload.file, encoding, delimiter):
        _check_size(number, cells, upload.limits)
    rows = _numbered(upload.file, encoding, delimiter)
    yield Source(sheet="", rows=(_typed(cells, upload.limits) for _, cells in rows))


def _encoding(file: BinaryIO) -> str:
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while chunk := file.read(MEGABYTE):
                decoder.decode(chunk)
                if b"\0" in chunk:
                    raise refusal(
                        "table-encoding", "文件不是文本：应为 UTF-8 或 GB18030 编码的 CSV，或 .xlsx 工作簿。"
                    )
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise refusal("table-encoding", "读不出文件的文字：CSV 应为 UTF-8 或 GB18030（GBK）编码。")


def _promise(upload: Upload, encoding: str, delimiter: str) -> int:
    """Count the expected titles that a delimiter brings to light."""
    try:
        rows = list(islice(_numbered(upload.file, encoding, delimiter), HEAD_ROWS))
    except TableRefused:
        return -1
    return max((matches(_typed(cells, upload.limits), upload.headers) for _, cells in rows), default=0)


def _numbered(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True), start=1):
            yield number, cells
    except csv.Error:
        message = "读不下去：引号没有成对，或一格的内容过长。"
        raise TableRefused([found("table-csv", message, row=number + 1)]) from None
    finally:
        # The file belongs to the caller; a wrapper that is thrown away would close it.
        text.detach()


def _check_size(number: int, cells: list[str], limits: Limits) -> None:
    if number > limits.rows + HEAD_ROWS:
        raise refusal("table-too-long", f"一次最多导入{limits.rows}行，请分成几个文件。")
    if len(cells) > limits.columns:
        message = f"最多{limits.columns}列，这一行有{len(cells)}列。"
        raise TableRefused([found("table-too-wide", message, row=number)])


def _typed(cells: list[str], limits: Limits) -> list[Value | Finding]:
    return [typed(unguarded(cell), longest=limits.cell_length) for cell in cells]
