"""Pages and counts of a list of records: by key, so that the last page costs what the first one does."""

import json
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, cast

from django.core.exceptions import BadRequest, ValidationError
from django.db import OperationalError, transaction
from django.db.models import DateTimeField, Field, ForeignKey, Model, Q, QuerySet
from django.http import QueryDict

from portal.lib.database_settings import database_settings
from portal.lib.keyset import moment_in

COUNT_LIMIT = 20_000
# In the planner's units: what counting 20,000 rows along an index costs, several times over. Where the rows
# would have to be looked for through a large table, the list says only what its page has shown.
MOST_COST = 30_000
EXACT_SECONDS = 10
TEN_THOUSAND = 10_000


@dataclass(frozen=True, kw_only=True)
class Order:
    """The field that sorts a list; rows that are equal in it follow their keys."""

    path: str
    is_descending: bool = False

    def columns(self, *, is_reversed: bool) -> tuple[str, str]:
        sign = "-" if self.is_descending != is_reversed else ""
        return f"{sign}{self.path}", f"{sign}pk"


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Where a page begins: behind (or in front of) the row with this value and key."""

    value: object
    key: int
    is_backwards: bool = False


@dataclass(frozen=True, kw_only=True)
class Page:
    """The records of one page, and the edges of its neighbours as the address writes them, or nothing.

    `is_whole`: the list has no others.
    """

    records: tuple[Model, ...]
    before: str
    after: str
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many records a list has, or how many at least; `note` says why there is no exact number."""

    number: int
    is_exact: bool = True
    note: str = ""

    def __str__(self) -> str:
        if self.is_exact:
            return f"{self.number} 条"
        if not self.number:
            return "条数未统计"
        tens_of_thousands, rest = divmod(self.number, TEN_THOUSAND)
        return f"{self.number} 条以上" if rest else f"{tens_of_thousands} 万条以上"


def page_of(
    rows: QuerySet, *, order: Order, edge: Edge | None, size: int, source: QuerySet | None = None
) -> Page:
    """Cut one page out of the rows; `source` loads its records, where the rows do so less cheaply.

    The keys come first, so that only what is shown is joined with the rest, and not all that is sorted.
    """
    is_backwards = edge is not None and edge.is_backwards
    beyond = rows.filter(_beyond(edge, order)) if edge else rows
    ordered = beyond.order_by(*order.columns(is_reversed=is_backwards))
    keys = list(ordered.values_list("pk", flat=True)[: size + 1])
    by_key = (rows if source is None else source).in_bulk(keys)
    # A record that was deleted in between is not shown.
    found = [by_key[key] for key in keys if key in by_key]
    shown, has_more = found[:size], len(found) > size
    if is_backwards:
        shown.reverse()
    has_before = has_more if is_backwards else edge is not None
    has_after = is_backwards or has_more
    return Page(
        records=tuple(shown),
        before=_written(shown[0], order) if shown and has_before else "",
        after=_written(shown[-1], order) if shown and has_after else "",
        is_whole=edge is None and not has_more,
    )


def count_of_list(rows: QuerySet, page: Page) -> Count:
    """Count the rows of a list of which a page was read: one that holds them all has counted them."""
    if page.is_whole:
        return Count(number=len(page.records))
    return count_of(rows, at_least=len(page.records))


def count_of(rows: QuerySet, *, at_least: int = 0) -> Count:
    """Count the rows up to 20,000; where that would take a search, say what the caller knows: `at_least`."""
    keys = rows.order_by().values("pk")[: COUNT_LIMIT + 1]
    if _cost_of(keys) > MOST_COST:
        return Count(number=at_least, is_exact=False)
    number = keys.count()
    return Count(number=min(number, COUNT_LIMIT), is_exact=number <= COUNT_LIMIT)


def exact_count_of(rows: QuerySet, *, at_least: int = 0, seconds: int = EXACT_SECONDS) -> Count:
    """Count all rows, however many, unless it takes too long."""
    try:
        with database_settings(statement_timeout=f"{seconds}s"), transaction.atomic():
            return Count(number=rows.order_by().count())
    except OperationalError:
        note = f"准确计数超过 {seconds} 秒，已停止；请缩小筛选范围后再试"
        return Count(number=at_least, is_exact=False, note=note)


def count_up_to(rows: QuerySet, most: int) -> int:
    """Count the rows, and no further than one more than `most`."""
    return rows.order_by().values("pk")[: most + 1].count()


def _cost_of(keys: QuerySet) -> float:
    written = keys.explain(format="json")
    # A condition that nothing can meet is never sent to the database.
    return json.loads(written)[0]["Plan"]["Total Cost"] if written else 0


def edge_in(query: QueryDict, *, model: type[Model], order: Order) -> Edge | None:
    """Read where the page begins.

    Raises: BadRequest for an edge that this module did not write.
    """
    for name in ("after", "before"):
        if name in query:
            value, _, key = query.get(name, "").rpartition("~")
            try:
                return Edge(
                    value=_read(_field_at(model, order.path), value),
                    key=int(key),
                    is_backwards=name == "before",
                )
            except (ValidationError, ValueError):
                raise BadRequest("页码有误，请从第一页重新查看") from None
    return None


def _read(field: Field, text: str) -> Any:
    # A moment without a zone is none that a page has written.
    return moment_in(text) if isinstance(field, DateTimeField) else field.to_python(text)


def _beyond(edge: Edge, order: Order) -> Q:
    side = "lt" if order.is_descending != edge.is_backwards else "gt"
    # The first condition says no more than the second; it lets the index begin at the edge.
    return Q(**{f"{order.path}__{side}e": edge.value}) & (
        Q(**{f"{order.path}__{side}": edge.value}) | Q(**{f"pk__{side}": edge.key})
    )


def _written(record: Model, order: Order) -> str:
    return f"{attrgetter(order.path.replace('__', '.'))(record)}~{record.pk}"


def _field_at(model: type[Model], path: str) -> Field:
    *steps, last = path.split("__")
    for step in steps:
        model = cast(ForeignKey, model._meta.get_field(step)).related_model
    return model._meta.pk if last == "pk" else cast(Field, model._meta.get_field(last))
