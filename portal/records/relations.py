"""The records that stand below another one, as its page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model
from django.http import HttpRequest

from portal.audit import looks
from portal.audit.enums import Channel

from .lists import NUMBERS, Head, Row, rows_of
from .reach import hide_unreached
from .registry import registered
from .subjects import is_frozen
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
    if is_frozen(record):
        return []
    seen = [child for child in children if request.user.scope.may(child.view_permission)]
    below = [(child, _below(request, child, record)) for child in seen]
    sensitive = [row for child, rows in below if child.is_sensitive for row in rows]
    looks.record_looks(user=request.user, records=sensitive, code_of=lambda row: code, channel=Channel.PAGE)
    return [_section(request, child, record, rows, code=code) for child, rows in below]


def _below(request: HttpRequest, child: RecordType, record: Model) -> list[Model]:
    mine = child.records().visible_to(request.user)
    rows = list(mine.filter(**{child.parent_name(type(record)): record}).order_by("-pk")[:SHOWN])
    hide_unreached(rows, user=request.user)
    return rows


def _section(
    request: HttpRequest, child: RecordType, record: Model, rows: Sequence[Model], *, code: str
) -> Section:
    name = child.parent_name(type(record))
    columns = tuple(
        column
        for column in child.columns_for(request.user)
        if column.is_shown and column.name not in ("association", "code", name)
    )
    query = f"?{name}={record.pk}"
    is_made_here = child.form_creates and name in child.parents
    may_make = is_made_here and request.user.scope.covers(child.edit_permission, code)
    return Section(
        label=child.label,
        heads=tuple(
            Head(label=column.label, url="", sorted="", is_number=column.kind in NUMBERS)
            for column in columns
        ),
        rows=tuple(rows_of(rows, columns, child)),
        all_url=child.url("list") + query,
        new_url=child.url("create") + query if may_make else "",
    )
