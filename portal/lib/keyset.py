"""Pages of a long list by key: the last page costs what the first one does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from .asof import FIRST_DAY, LAST_DAY

M = TypeVar("M", bound=Model)
COUNT_LIMIT = 1_000


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Where a page begins: behind (`after`) or in front of (`before`) the row with this time and key."""

    at: datetime
    key: UUID
    is_backwards: bool = False

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.key}"


@dataclass(frozen=True, kw_only=True)
class Page(Generic[M]):
    """Rows of one page, newest first, and the addresses of its neighbours; `count` is in words."""

    rows: tuple[M, ...]
    count: str
    previous_url: str
    next_url: str


def newest_first(rows: QuerySet[M], *, by: str, request: HttpRequest, size: int) -> Page[M]:
    """Return the page that `?after=` or `?before=` names, or the first.

    Raises: BadRequest for an edge that this module did not write.
    """
    edge = _edge_in(request)
    is_backwards = edge is not None and edge.is_backwards
    sign = "" if is_backwards else "-"
    found = list(rows.filter(_beyond(edge, by)).order_by(f"{sign}{by}", f"{sign}pk")[: size + 1])
    shown, has_more = found[:size], len(found) > size
    if is_backwards:
        shown.reverse()
    has_before = has_more if is_backwards else edge is not None
    has_after = is_backwards or has_more
    return Page(
        rows=tuple(shown),
        count=_count(rows),
        previous_url=_url(request, shown[0], by, "before") if shown and has_before else "",
        next_url=_url(request, shown[-1], by, "after") if shown and has_after else "",
    )


def _count(rows: QuerySet[Any]) -> str:
    count = len(rows.order_by().values_list("pk")[: COUNT_LIMIT + 1])
    return f"共 {count} 条" if count <= COUNT_LIMIT else f"多于 {COUNT_LIMIT} 条"


def _edge_in(request: HttpRequest) -> Edge | None:
    for name in ("after", "before"):
        if name in request.GET:
            at, _, key = request.GET[name].partition("~")
            try:
                return Edge(at=moment_in(at), key=UUID(key), is_backwards=name == "before")
            except ValueError:
                raise BadRequest("页码有误，请从第一页重新查看") from None
    return None


def moment_in(text: str) -> datetime:
    """Read the moment at which a page begins. Raises: ValueError for what is no moment of a row."""
    moment = datetime.fromisoformat(text)
    # Near the ends of the calendar the moment may lie outside it in another zone.
    if moment.tzinfo is None or not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise ValueError("no moment of a row")
    return moment


def _beyond(edge: Edge | None, by: str) -> Q:
    if edge is None:
        return Q()
    side = "gt" if edge.is_backwards else "lt"
    # The bound in front of the OR is what the index can start from.
    beyond = Q(**{f"{by}__{side}": edge.at}) | Q(**{f"pk__{side}": edge.key})
    return Q(**{f"{by}__{side}e": edge.at}) & beyond


def _url(request: HttpRequest, row: Model, by: str, name: str) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("before", None)
    query[name] = str(Edge(at=getattr(row, by), key=row.pk))
    return f"?{query.urlencode()}"
