"""Write a filtered list into a file, by a cursor of the database: memory does not grow with the list."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from django.db.models import Model

from portal.accounts.models import User
from portal.accounts.scope import ScopedQuerySet
from portal.audit import looks
from portal.audit.enums import Channel
from portal.lib import spreadsheet
from portal.lib.database_settings import database_settings

from .export_files import folder, name_of
from .lists import ListRequest
from .models import Export, ExportFormat
from .queries import exact_count_of
from .reach import hide_unreached
from .subjects import not_frozen
from .types import RecordType

READ_AT_ONCE = 2_000
CURSOR_SECONDS = 300
HASHED_AT_ONCE = 1024 * 1024
# A cursor is planned for its first rows, which takes a hundred times as long where all are read in the end.
WHOLE = {"statement_timeout": f"{CURSOR_SECONDS}s", "cursor_tuple_fraction": "1"}


@dataclass(frozen=True, kw_only=True)
class MadeFile:
    """A file that was written, and what is in it."""

    format: ExportFormat
    row_count: int
    size: int
    sha256: str


def sheet_of(asked: ListRequest, *, record_type: RecordType, records: Iterable[Model]) -> spreadsheet.Sheet:
    """Return the records as the rows of a sheet, with the columns that were asked for."""
    return spreadsheet.Sheet(
        title=record_type.label,
        columns=[spreadsheet.Column(header=column.label, kind=column.kind) for column in asked.columns],
        rows=([column.read(record) for column in asked.columns] for record in records),
    )


def ordered(asked: ListRequest) -> ScopedQuerySet:
    """Return the list in its order, without those whose data are frozen."""
    return asked.rows.filter(not_frozen(asked.rows.model)).order_by(*asked.order.columns(is_reversed=False))


def write_export(
    export: Export,
    asked: ListRequest,
    *,
    record_type: RecordType,
    by: User,
    at: datetime,
    report: Callable[[int, int], None],
) -> MadeFile:
    """Write the list into a file, which appears whole or not at all.

    A list that no workbook holds becomes CSV. Looks at sensitive records are on record before the file is; a
    second attempt records them again. `by` is the export's user, as far as the token that asked reaches;
    `report` is told how far it has come.
    """
    total = exact_count_of(asked.rows, seconds=CURSOR_SECONDS)
    fits_book = total.is_exact and total.number < spreadsheet.MAX_ROWS
    is_book = export.format == ExportFormat.XLSX and fits_book
    rows = ordered(asked)
    counted = _Counted(total=total.number, report=report)
    with database_settings(**WHOLE), _draft() as file:
        # Outside a transaction the cursor holds what the list was at this moment, and progress can be seen.
        records = counted.through(_as_read(rows.iterator(READ_AT_ONCE), record_type, by))
        sheet = sheet_of(asked, record_type=record_type, records=records)
        if is_book:
            spreadsheet.write_xlsx(file, [sheet], created=at)
        else:
            file.writelines(spreadsheet.csv_chunks(sheet.columns, sheet.rows))
        size, sha256 = _measured(file)
        os.replace(file.name, folder() / name_of(export, sha256))
    return MadeFile(
        format=ExportFormat.XLSX if is_book else ExportFormat.CSV,
        row_count=counted.done,
        size=size,
        sha256=sha256,
    )


class _Counted:
    """Counts what passes, and tells how far it is after every two thousand records."""

    def __init__(self, *, total: int, report: Callable[[int, int], None]) -> None:
        self.total, self.report, self.done = total, report, 0

    def through(self, records: Iterable[Model]) -> Iterator[Model]:
        for record in records:
            if self.done % READ_AT_ONCE == 0:
                self.report(self.done, max(self.total, self.done))
            self.done += 1
            yield record


def _as_read(records: Iterator[Model], record_type: RecordType, user: User) -> Iterator[Model]:
    while batch := list(islice(records, READ_AT_ONCE)):
        if record_type.is_sensitive:
            looks.record_looks(user=user, records=batch, code_of=record_type.code_of, channel=Channel.EXPORT)
        hide_unreached(batch, user=user)
        yield from batch


@contextmanager
def _draft() -> Iterator[BinaryIO]:
    folder().mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w+b", dir=folder(), prefix=".draft-", delete=False) as file:
        try:
            yield cast(BinaryIO, file)
        finally:
            Path(file.name).unlink(missing_ok=True)


def _measured(file: BinaryIO) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = file.tell() if file.seek(0, os.SEEK_END) else 0
    file.seek(0)
    while piece := file.read(HASHED_AT_ONCE):
        digest.update(piece)
    os.fsync(file.fileno())
    return size, digest.hexdigest()
