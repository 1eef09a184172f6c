"""A list of the trail as a file: written whole, put on record, then sent."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from tempfile import TemporaryFile

from django.http import FileResponse

from portal.lib import spreadsheet
from portal.lib.dates import now
from portal.lib.spreadsheet import Cell

# What a request has time for; more is asked for by ranges of days.
MOST = 20_000
CUT = f"只导出了最新的 {MOST} 条，请缩小日期范围后分次导出"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, kw_only=True)
class Table:
    """A list for a file; one row more than `MOST` says that it was cut."""

    name: str
    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def sent(table: Table, suffix: str, *, record: Callable[[int], None]) -> FileResponse:
    """Send the list as CSV or as a workbook, once `record` has put down how many rows leave."""
    columns = [spreadsheet.Column(header=head) for head in table.heads]
    rows = _Cut(table.rows)
    # Closed by the response that sends it.
    file = TemporaryFile()  # noqa: SIM115
    try:
        if suffix == "csv":
            file.writelines(spreadsheet.csv_chunks(columns, rows))
        else:
            sheet = spreadsheet.Sheet(title=table.title, columns=columns, rows=rows)
            spreadsheet.write_xlsx(file, [sheet], created=now())
        record(rows.count)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{table.name}.{suffix}", content_type=TYPES[suffix]
    )


class _Cut:
    """The rows of a file, and how many of the list they were."""

    def __init__(self, rows: Iterable[Sequence[Cell]]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        found = iter(self.rows)
        for row in islice(found, MOST):
            self.count += 1
            yield row
        for row in islice(found, 1):
            yield [CUT, *("" for _ in row[1:])]
