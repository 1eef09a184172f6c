"""The records that stand below another one, as its page shows them."""

from dataclasses import dataclass

from django.db.models import Model
from django.http import HttpRequest

from .lists import NUMBERS, Head, Row, rows_of
from .registry import registered
from .types import RecordType

SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Section:
    """The newest records of one type below a record; `new_url` is empty where none can be made here."""

    label: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    all_url: str
    new_url: str


def sections_of(request: HttpRequest, record_type: RecordType, record: Model) -> list[Section]:
    """List the children of a record that the user may see, ten of each type."""
    types = {each.slug: each for each in registered()}
    children = [types[slug] for slug in record_type.children]
    code = record_type.code_of(record)
    return [
        _section(request, child, record, code=code)
        for child in children
        if request.user.scope.may(child.view_permission)
    ]


def _section(request: HttpRequest, child: RecordType, record: Model, *, code: str) -> Section:
    name = child.parent_name(type(record))
    below = child.records().visible_to(request.user).filter(**{name: record})
    columns = tuple(
        column
        for column in child.columns_for(request.user)
        if column.is_shown and column.name not in ("association", "code", name)
    )
    query = f"?{name}={record.pk}"
    may_make = child.form_creates and request.user.scope.covers(child.edit_permission, code)
    return Section(
        label=child.label,
        heads=tuple(
            Head(label=column.label, url="", sorted="", is_number=column.kind in NUMBERS)
            for column in columns
        ),
        rows=tuple(rows_of(below.order_by("-pk")[:SHOWN], columns, child)),
        all_url=child.url("list") + query,
        new_url=child.url("create") + query if may_make else "",
    )
