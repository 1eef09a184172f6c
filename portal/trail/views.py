"""操作记录: three lists for auditors, each a page and two files."""

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.accounts.roles import Permission
from portal.audit.enums import Channel
from portal.audit.models import Look
from portal.lib.page_parts import Action, Tab
from portal.lib.spreadsheet import Cell
from portal.records.lists import with_query
from portal.records.permissions import require
from portal.records.queries import Order, edge_in, page_of

from . import asked, lists, queries
from .exports import MOST, Table, sent
from .forms import LookForm, SignInForm, TrailForm
from .looking import record_family_looks
from .words import LOOK_HEADS, SIGN_IN_HEADS, TRAIL_HEADS, look_cells, sign_in_cells, trail_cells

PAGE_SIZE = 50
LISTS = (("trail", "变更"), ("looks", "敏感信息查看"), ("sign_ins", "登录"))
NEWEST_LOOKS = Order(path="at", is_descending=True)


@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    require(request, Permission.READ_AUDIT)
    form = TrailForm.of(request)
    edge = asked.edge_in(request.GET)
    wanted = asked.trail_wanted(form, request.user)
    page = queries.page_of(wanted, scope=request.user.scope, edge=edge, size=PAGE_SIZE)
    record_family_looks(request.user, page.entries, channel=Channel.PAGE)
    rows = [(entry, _only(entry)) for entry in page.entries]
    return _page(request, "trail", form, rows=rows, before=page.before, after=page.after)


@require_safe
def looks(request: HttpRequest) -> HttpResponse:
    require(request, Permission.READ_AUDIT)
    form = LookForm.of(request)
    edge = edge_in(request.GET, model=Look, order=NEWEST_LOOKS)
    page = page_of(_looks(request, form), order=NEWEST_LOOKS, edge=edge, size=PAGE_SIZE)
    rows = [look_cells(look) for look in page.records]
    return _page(request, "looks", form, rows=rows, heads=LOOK_HEADS, before=page.before, after=page.after)


@require_safe
def sign_ins(request: HttpRequest) -> HttpResponse:
    require(request, Permission.READ_AUDIT)
    form = SignInForm.of(request)
    edge = asked.edge_in(request.GET)
    found = _sign_ins(request, form, edge=edge, size=PAGE_SIZE + 1)
    shown, before, after = lists.cut(found, edge=edge, size=PAGE_SIZE)
    rows = [sign_in_cells(each) for each in shown]
    return _page(request, "sign_ins", form, rows=rows, heads=SIGN_IN_HEADS, before=before, after=after)


@require_safe
def trail_file(request: HttpRequest, suffix: str) -> HttpResponseBase:
    require(request, Permission.READ_AUDIT)
    wanted = asked.trail_wanted(TrailForm.of(request), request.user)

    def rows() -> Iterator[list[Cell]]:
        for batch in queries.all_entries(wanted, scope=request.user.scope, most=MOST + 1):
            record_family_looks(request.user, batch, channel=Channel.EXPORT)
            yield from map(trail_cells, batch)

    return sent(Table(name="trail", title="变更", heads=TRAIL_HEADS, rows=rows()), suffix)


@require_safe
def looks_file(request: HttpRequest, suffix: str) -> HttpResponseBase:
    require(request, Permission.READ_AUDIT)
    found = _looks(request, LookForm.of(request)).order_by("-at", "-pk")[: MOST + 1]
    rows = map(look_cells, found.iterator(queries.READ_AT_ONCE))
    return sent(Table(name="looks", title="敏感信息查看", heads=LOOK_HEADS, rows=rows), suffix)


@require_safe
def sign_ins_file(request: HttpRequest, suffix: str) -> HttpResponseBase:
    require(request, Permission.READ_AUDIT)
    found = _sign_ins(request, SignInForm.of(request), edge=None, size=MOST + 1)
    rows = map(sign_in_cells, found)
    return sent(Table(name="sign-ins", title="登录", heads=SIGN_IN_HEADS, rows=rows), suffix)


def _looks(request: HttpRequest, form: LookForm):
    wanted = asked.range_of(form, request.user)
    said = form.cleaned_data
    if not wanted.prefixes:
        return Look.objects.none().scoped()
    return lists.looks_of(
        request.user,
        under=said.get("under", ""),
        users=wanted.users,
        since=wanted.since,
        until=wanted.until,
        kind=said.get("kind", ""),
        record=said.get("record"),
        channel=said.get("channel", ""),
    )


def _sign_ins(request: HttpRequest, form: SignInForm, *, edge, size: int) -> list[lists.SignIn]:
    wanted = asked.range_of(form, request.user)
    said = form.cleaned_data
    return lists.sign_ins(
        prefixes=wanted.prefixes,
        outcome=said.get("outcome", ""),
        username=said.get("who", ""),
        since=wanted.since,
        until=wanted.until,
        edge=edge,
        size=size,
    )


def _page(request: HttpRequest, name: str, form, *, before, after, **context) -> HttpResponse:
    address = partial(with_query, request.GET)
    files = [
        Action(
            label=f"导出 {suffix.upper()}",
            url=reverse(f"audit:{name}_{suffix}") + address(),
            icon="download",
        )
        for suffix in ("csv", "xlsx")
    ]
    context |= {
        "form": form,
        "tabs": [
            Tab(label=label, url=reverse(f"audit:{each}"), is_current=each == name) for each, label in LISTS
        ],
        "files": files,
        "reset_url": request.path,
        "previous_url": address(before=str(before)) if before else "",
        "next_url": address(after=str(after)) if after else "",
    }
    return render(request, f"trail/{'trail' if name == 'trail' else 'list'}.html", context)


def _only(entry: queries.Entry) -> str:
    """The address of all that happened to one record."""
    query = urlencode({"kind": entry.version.kind.code, "record": entry.version.record})
    return f"{reverse('audit:trail')}?{query}"
