"""One page of a list, by key, with the addresses of its neighbours."""

from dataclasses import dataclass

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from portal.records.queries import Order, count_of_list, edge_in, page_of

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The rows of one page and what the pagination shows."""

    rows: tuple[Model, ...]
    count: str
    previous_url: str
    next_url: str


def listed(request: HttpRequest, rows: QuerySet, *, order: Order) -> Listed:
    """Cut the page that the address names.

    Raises: BadRequest for an edge that no page has written.
    """
    edge = edge_in(request.GET, model=rows.model, order=order)
    page = page_of(rows, order=order, edge=edge, size=PAGE_SIZE)
    return Listed(
        rows=page.records,
        count=f"共 {count_of_list(rows, page)}",
        previous_url=_url(request, before=page.before) if page.before else "",
        next_url=_url(request, after=page.after) if page.after else "",
    )


def _url(request: HttpRequest, **edge: str) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query.update(edge)
    return f"?{query.urlencode()}"
