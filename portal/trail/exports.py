"""A list of the trail as a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from tempfile import TemporaryFile

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

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


def sent(table: Table, suffix: str) -> HttpResponseBase:
    """Send the list as CSV or as a workbook."""
    columns = [spreadsheet.Column(header=head) for head in table.heads]
    if suffix == "csv":
        chunks = spreadsheet.csv_chunks(columns, _cut(table.rows))
        response = StreamingHttpResponse(chunks, content_type=TYPES[suffix])
        response.headers["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
        return response
    # Closed by the response that sends it.
    file = TemporaryFile()  # noqa: SIM115
    sheet = spreadsheet.Sheet(title=table.title, columns=columns, rows=_cut(table.rows))
    try:
        spreadsheet.write_xlsx(file, [sheet], created=now())
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{table.name}.xlsx", content_type=TYPES[suffix])


def _cut(rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    found = iter(rows)
    yield from islice(found, MOST)
    for row in islice(found, 1):
        yield [CUT, *("" for _ in row[1:])]
