"""What the address of a list asks for, and the shapes that its page shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import BadRequest
from django.db.models import Model
from django.http import HttpRequest, QueryDict

from portal.accounts.models import User
from portal.accounts.scope import ScopedQuerySet
from portal.lib.page_parts import Fact
from portal.lib.spreadsheet import Cell, Kind

from .filters import RecordFilters
from .queries import Order
from .reach import reached_keys
from .subjects import FROZEN, is_frozen
from .types import MOST_DIGITS, Column, RecordType

# What the address says besides the filters.
PLACE = ("after", "before")
OWN = ("sort", "column", "count", *PLACE)
NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT)


@dataclass(frozen=True, kw_only=True)
class ListRequest:
    """The list that an address asks for: rows in the user's scope, narrowed, and the columns to show."""

    query: QueryDict
    filters: RecordFilters
    rows: ScopedQuerySet
    columns: tuple[Column, ...]
    sort: str
    order: Order


@dataclass(frozen=True, kw_only=True)
class Head:
    """The head of a column; `url` sorts by it, `sorted` is what aria-sort says of it."""

    label: str
    url: str
    sorted: str
    is_number: bool


@dataclass(frozen=True, kw_only=True)
class CellText:
    text: str
    is_number: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    key: int
    url: str
    name: str
    cells: tuple[CellText, ...]


@dataclass(frozen=True, kw_only=True)
class ColumnChoice:
    name: str
    label: str
    is_chosen: bool


def list_request(request: HttpRequest, record_type: RecordType) -> ListRequest:
    """Read the address of the list that a page shows.

    Raises: BadRequest for a column that the list does not have or cannot be sorted by.
    """
    return read_list(request.GET, record_type=record_type, user=request.user)


def read_list(query: QueryDict, *, record_type: RecordType, user: User) -> ListRequest:
    """Read what the address of a list says after its question mark.

    Raises: BadRequest for a column that the list does not have or cannot be sorted by.
    """
    filters = record_type.filters(query, queryset=_below_parent(query, record_type, user))
    filters.reader = user
    sort = query.get("sort", record_type.order)
    return ListRequest(
        query=query,
        filters=filters,
        rows=filters.narrowed(),
        columns=_columns(query, record_type, user),
        sort=sort,
        order=_order(sort, record_type),
    )


def _below_parent(query: QueryDict, record_type: RecordType, user: User) -> ScopedQuerySet:
    rows = record_type.records().visible_to(user)
    for name in record_type.listed_under:
        key = query.get(name, "")
        if key:
            # Whoever is not told what a row hangs on does not find it by trying keys either.
            is_key = key.isdecimal() and len(key) < MOST_DIGITS
            asked = {int(key): None} if is_key else {}
            told = reached_keys(record_type.parent_of(name), asked, user=user)
            rows = rows.filter(**{f"{name}_id__in": told})
    return rows


def _columns(query: QueryDict, record_type: RecordType, user: User) -> tuple[Column, ...]:
    chosen = query.getlist("column")
    if unknown := set(chosen) - {column.name for column in record_type.columns}:
        raise BadRequest(f"没有这些列：{'、'.join(sorted(unknown))[:100]}")
    return tuple(
        column
        for column in record_type.columns_for(user)
        if (column.name in chosen if chosen else column.is_shown)
    )


def readable(query: QueryDict, record_type: RecordType) -> QueryDict:
    """Return what the list still knows of an older address, without pages and columns that are gone."""
    kept = query.copy()
    for name in (*PLACE, "count", *(name for name, values in query.lists() if "\0" in "".join(values))):
        kept.pop(name, None)
    names = {column.name for column in record_type.columns}
    kept.setlist("column", [name for name in kept.getlist("column") if name in names])
    if "sort" in kept:
        try:
            _order(kept["sort"], record_type)
        except BadRequest:
            del kept["sort"]
    return kept


def _order(sort: str, record_type: RecordType) -> Order:
    paths = {column.name: column.sort for column in record_type.columns if column.sort}
    name = sort.removeprefix("-")
    if name not in paths:
        raise BadRequest("不能按这一列排序")
    return Order(path=paths[name], is_descending=sort.startswith("-"))


def heads_of(asked: ListRequest, query: QueryDict) -> list[Head]:
    return [
        Head(
            label=column.label,
            url=with_query(query, sort=_next_sort(column, asked.sort)) if column.sort else "",
            sorted=_sorted(column, asked.sort),
            is_number=column.kind in NUMBERS,
        )
        for column in asked.columns
    ]


def _next_sort(column: Column, sort: str) -> str:
    return f"-{column.name}" if sort == column.name else column.name


def _sorted(column: Column, sort: str) -> str:
    return {column.name: "ascending", f"-{column.name}": "descending"}.get(sort, "")


def with_query(query: QueryDict, **changes: str) -> str:
    """Return the address of the same list with some parameters changed, from its first page on."""
    changed = query.copy()
    for name in (*PLACE, *changes):
        changed.pop(name, None)
    for name, value in changes.items():
        changed[name] = value
    return f"?{changed.urlencode()}"


def kept(query: QueryDict, *names: str) -> list[tuple[str, str]]:
    """List what a form of the page carries along from the address."""
    return [(name, value) for name, values in query.lists() if name in names for value in values]


def filter_names(query: QueryDict) -> tuple[str, ...]:
    return tuple(name for name in query if name not in OWN)


def rows_of(records: Iterable[Model], columns: Sequence[Column], record_type: RecordType) -> list[Row]:
    return [
        Row(
            key=record.pk,
            url=record_type.page_of(record),
            name=str(record),
            cells=tuple(
                CellText(text=text, is_number=column.kind in NUMBERS)
                for column, text in zip(columns, texts_of(record, columns), strict=True)
            ),
        )
        for record in records
    ]


def facts_of(record: Model, record_type: RecordType, *, user: User) -> list[Fact]:
    if is_frozen(record):
        return [Fact(label=record_type.label, value=str(record)), Fact(label="个人信息", value=FROZEN)]
    return [
        Fact(
            label=column.label,
            value=(text := written(column.read(record))),
            url=record_type.url("file", record.pk, column.name) if column.is_file and text else "",
        )
        for column in record_type.columns_for(user)
    ]


def texts_of(record: Model, columns: Sequence[Column]) -> list[str]:
    """Say what a row shows; of somebody whose data are frozen the name, and that they are."""
    if is_frozen(record):
        return [str(record), FROZEN, *[""] * len(columns)][: len(columns)]
    return [written(column.read(record)) for column in columns]


def choices_of(asked: ListRequest, record_type: RecordType) -> list[ColumnChoice]:
    shown = {column.name for column in asked.columns}
    return [
        ColumnChoice(name=column.name, label=column.label, is_chosen=column.name in shown)
        for column in record_type.columns
    ]


def written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case date():
            return cell.isoformat()
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(cell)
