"""The header row: found by its titles, held to them exactly."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from portal.lib.findings import Finding
from portal.lib.tables.cells import Value
from portal.lib.tables.limits import HEAD_ROWS
from portal.lib.tables.places import PlacedFinding, TableRefused, found, letter_of, named, refusal, shown

Cells = Sequence[Value | Finding]


@dataclass(frozen=True, kw_only=True)
class Head:
    """Where the columns stand.

    Shape: `indexes` maps every expected title to its column, counted from 0; `passed_over` are the columns
    whose titles were declared as of no interest.
    """

    sheet: str
    row: int
    indexes: dict[str, int]
    passed_over: frozenset[int] = frozenset()


def find_head(rows: Sequence[Cells], *, sheet: str, headers: Sequence[str], ignored: Collection[str]) -> Head:
    """Return the header row among the first ten: the one that holds the most expected titles.

    Raises: TableRefused for missing, repeated and unknown titles and for rows of data above them.
    """
    index = max(range(len(rows)), key=lambda at: (matches(rows[at], headers), -at), default=0)
    if not rows or not matches(rows[index], headers):
        raise refusal(
            "table-no-header", f"前{HEAD_ROWS}行中没有找到表头，应有一行写着{named(list(headers))}。"
        )
    titles = [(at, str(cell)) for at, cell in enumerate(rows[index]) if cell is not None]
    findings = [
        *_above(rows[:index], sheet),
        *_missing(titles, headers, sheet, index + 1),
        *_repeated(titles, [*headers, *ignored], sheet, index + 1),
        *_unknown(titles, [*headers, *ignored], sheet, index + 1),
    ]
    if findings:
        raise TableRefused(findings)
    return Head(
        sheet=sheet,
        row=index + 1,
        indexes={title: at for at, title in titles if title in headers},
        passed_over=frozenset(at for at, title in titles if title not in headers),
    )


def matches(row: Cells, headers: Sequence[str]) -> int:
    """Count the expected titles in a row."""
    return len({cell for cell in row if isinstance(cell, str)} & set(headers))


def _above(rows: Sequence[Cells], sheet: str) -> Iterator[PlacedFinding]:
    for number, row in enumerate(rows, start=1):
        if sum(cell is not None for cell in row) > 1:
            message = "表头上方只能有标题（每行一格），这一行有多格内容，不会被导入，请删去或移到表头下方。"
            yield found("table-above-header", message, sheet=sheet, row=number)


def _missing(
    titles: Sequence[tuple[int, str]], headers: Sequence[str], sheet: str, row: int
) -> Iterator[PlacedFinding]:
    present = {title for _, title in titles}
    for header in headers:
        if header not in present:
            yield found(
                "table-missing-header", f"表头缺少“{header}”列。", sheet=sheet, row=row, header=header
            )


def _repeated(
    titles: Sequence[tuple[int, str]], known: Sequence[str], sheet: str, row: int
) -> Iterator[PlacedFinding]:
    for header in known:
        letters = [letter_of(at) for at, title in titles if title == header]
        if len(letters) > 1:
            message = f"表头“{header}”重复出现在{'、'.join(letters)}列，只能保留一列。"
            yield found(
                "table-repeated-header", message, sheet=sheet, row=row, letter=letters[1], header=header
            )


def _unknown(
    titles: Sequence[tuple[int, str]], known: Sequence[str], sheet: str, row: int
) -> Iterator[PlacedFinding]:
    for at, title in titles:
        if title not in known:
            message = f"表头“{shown(title)}”不在模板中，请按模板改正或删去这一列。"
            yield found("table-unknown-header", message, sheet=sheet, row=row, letter=letter_of(at))
