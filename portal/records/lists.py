"""What the address of a list asks for, and the shapes that its page shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import BadRequest
from django.db.models import Model
from django.http import HttpRequest, QueryDict

from portal.accounts.scope import ScopedQuerySet
from portal.lib.page_parts import Fact
from portal.lib.spreadsheet import Cell, Kind

from .filters import RecordFilters
from .queries import Order
from .subjects import FROZEN, is_frozen
from .types import MOST_DIGITS, Column, RecordType

# What the address says besides the filters.
PLACE = ("after", "before")
OWN = ("sort", "column", "count", *PLACE)
NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT)


@dataclass(frozen=True, kw_only=True)
class ListRequest:
    """The list that an address asks for: rows in the user's scope, narrowed, and the columns to show."""

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
    """Read the address of a list.

    Raises: BadRequest for a column that the list does not have or cannot be sorted by.
    """
    filters = record_type.filters(request.GET, queryset=_below_parent(request, record_type), request=request)
    sort = request.GET.get("sort", record_type.order)
    return ListRequest(
        filters=filters,
        rows=filters.narrowed(),
        columns=_columns(request.GET, record_type),
        sort=sort,
        order=_order(sort, record_type),
    )


def _below_parent(request: HttpRequest, record_type: RecordType) -> ScopedQuerySet:
    rows = record_type.records().visible_to(request.user)
    for name in record_type.parents:
        key = request.GET.get(name, "")
        if key:
            is_key = key.isdecimal() and len(key) < MOST_DIGITS
            rows = rows.filter(**{f"{name}_id": int(key)}) if is_key else rows.none()
    return rows


def _columns(query: QueryDict, record_type: RecordType) -> tuple[Column, ...]:
    chosen = query.getlist("column")
    if unknown := set(chosen) - {column.name for column in record_type.columns}:
        raise BadRequest(f"没有这些列：{'、'.join(sorted(unknown))[:100]}")
    return tuple(
        column for column in record_type.columns if (column.name in chosen if chosen else column.is_shown)
    )


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
            url=record_type.url("detail", record.pk),
            name=str(record),
            cells=tuple(
                CellText(text=text, is_number=column.kind in NUMBERS)
                for column, text in zip(columns, texts_of(record, columns), strict=True)
            ),
        )
        for record in records
    ]


def facts_of(record: Model, record_type: RecordType) -> list[Fact]:
    if is_frozen(record):
        return [Fact(label=record_type.label, value=str(record)), Fact(label="个人信息", value=FROZEN)]
    return [Fact(label=column.label, value=written(column.read(record))) for column in record_type.columns]


def texts_of(record: Model, columns: Sequence[Column]) -> list[str]:
    """Say what a row shows; of somebody whose data are frozen the name, and that they are."""
    if is_frozen(record):
        return [str(record), FROZEN, *[""] * len(columns)][: len(columns)]
    return [written(column.read(record)) for column in columns]


def choices_of(asked: ListRequest, record_type: RecordType) -> list[ColumnChoice]:
    return [
        ColumnChoice(name=column.name, label=column.label, is_chosen=column in asked.columns)
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
