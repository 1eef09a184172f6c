from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.audit.enums import Channel
from portal.lib.page_parts import Action
from portal.records.lists import (
    choices_of,
    filter_names,
    heads_of,
    kept,
    list_request,
    rows_of,
    with_query,
)
from portal.records.permissions import record_looks, require
from portal.records.queries import count_of_list, edge_in, exact_count_of, page_of
from portal.records.reach import hide_unreached
from portal.records.types import RecordType

from .saved_filters import filter_menu

PAGE_SIZE = 50


@require_safe
def listing(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    require(request, record_type.view_permission)
    asked = list_request(request, record_type)
    edge = edge_in(request.GET, model=record_type.model, order=asked.order)
    # The keys were found in the user's scope.
    source = asked.filters.dressed(record_type.records().scoped())
    page = page_of(asked.rows, order=asked.order, edge=edge, size=PAGE_SIZE, source=source)
    count = count_of_list(asked.rows, page)
    if request.GET.get("count") == "exact" and not count.is_exact:
        count = exact_count_of(asked.rows, at_least=count.number)
    record_looks(request, record_type, page.records, channel=Channel.PAGE)
    hide_unreached(page.records, user=request.user)
    context = {
        "record_type": record_type,
        "form": asked.filters.form,
        "kept": kept(request.GET, "sort", "column", *record_type.listed_under),
        "kept_by_columns": kept(request.GET, "sort", *filter_names(request.GET)),
        "reset_url": request.path,
        "note": note_of(record_type),
        "heads": heads_of(asked, request.GET),
        "rows": rows_of(page.records, asked.columns, record_type),
        "choices": choices_of(asked, record_type),
        "count": count,
        "count_url": "" if count.is_exact or count.note else with_query(request.GET, count="exact"),
        "previous_url": with_query(request.GET, before=page.before) if page.before else "",
        "next_url": with_query(request.GET, after=page.after) if page.after else "",
        "actions": list_actions(request, record_type),
        "exports": exports(request, record_type),
        "bulk_url": bulk_url(request, record_type),
        "saved": filter_menu(request, record_type),
        "saved_query": with_query(request.GET).removeprefix("?"),
        "bulk_pages": [
            (label, reverse(name) + with_query(request.GET)) for label, name in record_type.bulk_pages
        ],
    }
    return render(request, "records/list.html", context)


def list_actions(request: HttpRequest, record_type: RecordType) -> list[Action]:
    url = create_url(request, record_type)
    new = [Action(label=f"登记{record_type.label}", url=url, icon="plus", kind="primary")] if url else []
    return [*record_type.list_links(request.user), *new]


def create_url(request: HttpRequest, record_type: RecordType) -> str:
    """Return where a new record of the list is made, or "" where it cannot be."""
    if not (record_type.form_creates and request.user.scope.may(record_type.edit_permission)):
        return ""
    parent = kept(request.GET, *record_type.parents)
    if record_type.needs_parent and not parent:
        return start_url(record_type)
    return record_type.url("create") + (f"?{urlencode(parent)}" if parent else "")


def start_url(record_type: RecordType) -> str:
    """Return the page where the parent of a new record is looked for."""
    return f"{reverse(record_type.start)}?then={record_type.slug}" if record_type.start else ""


def note_of(record_type: RecordType) -> str:
    """Tell where records are made that this page makes none of."""
    if record_type.note or not record_type.needs_parent:
        return record_type.note
    names = "、".join(str(record_type.parent_of(name)._meta.verbose_name) for name in record_type.parents)
    return f"新的{record_type.label}在所属{names}的详情页登记"


def exports(request: HttpRequest, record_type: RecordType) -> list[Action]:
    names = (("导出 CSV", "export_csv"), ("导出 XLSX", "export_xlsx"))
    query = with_query(request.GET)
    return [Action(label=label, url=record_type.url(page) + query, icon="download") for label, page in names]


def bulk_url(request: HttpRequest, record_type: RecordType) -> str:
    if not (record_type.bulk_fields and request.user.scope.may(record_type.edit_permission)):
        return ""
    return record_type.url("bulk") + with_query(request.GET)
