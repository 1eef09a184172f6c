"""Pages and counts of a list of records: by key, so that the last page costs what the first one does."""

from dataclasses import dataclass
from operator import attrgetter
from typing import cast

from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Field, ForeignKey, Model, Q, QuerySet
from django.http import QueryDict

COUNT_LIMIT = 100_000


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
    """The records of one page, and the edges of its neighbours as the address writes them, or nothing."""

    records: tuple[Model, ...]
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many records a list has; one that is not exact has more than `number`."""

    number: int
    is_exact: bool = True

    def __str__(self) -> str:
        return f"{self.number} 条" if self.is_exact else f"多于 {self.number} 条"


def page_of(rows: QuerySet, *, order: Order, edge: Edge | None, size: int) -> Page:
    """Cut one page out of the rows."""
    is_backwards = edge is not None and edge.is_backwards
    beyond = rows.filter(_beyond(edge, order)) if edge else rows
    found = list(beyond.order_by(*order.columns(is_reversed=is_backwards))[: size + 1])
    shown, has_more = found[:size], len(found) > size
    if is_backwards:
        shown.reverse()
    has_before = has_more if is_backwards else edge is not None
    has_after = is_backwards or has_more
    return Page(
        records=tuple(shown),
        before=_written(shown[0], order) if shown and has_before else "",
        after=_written(shown[-1], order) if shown and has_after else "",
    )


def count_of(rows: QuerySet, *, is_exact: bool = False) -> Count:
    """Count the rows, up to 100,000 unless the exact number is asked for."""
    keys = rows.order_by()
    number = keys.count() if is_exact else keys[: COUNT_LIMIT + 1].count()
    is_beyond = not is_exact and number > COUNT_LIMIT
    return Count(number=COUNT_LIMIT if is_beyond else number, is_exact=not is_beyond)


def edge_in(query: QueryDict, *, model: type[Model], order: Order) -> Edge | None:
    """Read where the page begins.

    Raises: BadRequest for an edge that this module did not write.
    """
    for name in ("after", "before"):
        if name in query:
            value, _, key = query.get(name, "").rpartition("~")
            try:
                parsed = _field_at(model, order.path).to_python(value)
                return Edge(value=parsed, key=int(key), is_backwards=name == "before")
            except (ValidationError, ValueError):
                raise BadRequest("页码有误，请从第一页重新查看") from None
    return None


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
