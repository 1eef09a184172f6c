"""操作记录: four lists for auditors, each a page and two files."""

from functools import partial
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.accounts.roles import Permission
from portal.audit.enums import Channel
from portal.audit.models import Disclosure, Look
from portal.lib.page_parts import Action, Tab
from portal.records.lists import with_query
from portal.records.permissions import require
from portal.records.queries import Order, edge_in, page_of

from . import asked, lists, queries
from .forms import DisclosureForm, LookForm, SignInForm, TrailForm
from .looking import record_family_looks
from .words import DISCLOSURE_HEADS, LOOK_HEADS, SIGN_IN_HEADS, disclosure_cells, look_cells, sign_in_cells

PAGE_SIZE = 50
LISTS = (
    ("trail", "变更"),
    ("looks", "敏感信息查看"),
    ("disclosures", "个人信息取出"),
    ("sign_ins", "登录"),
)
NEWEST = Order(path="at", is_descending=True)


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
    edge = edge_in(request.GET, model=Look, order=NEWEST)
    page = page_of(asked.looks(form, request.user), order=NEWEST, edge=edge, size=PAGE_SIZE)
    rows = [look_cells(look) for look in page.records]
    return _page(request, "looks", form, rows=rows, heads=LOOK_HEADS, before=page.before, after=page.after)


@require_safe
def disclosures(request: HttpRequest) -> HttpResponse:
    require(request, Permission.READ_AUDIT)
    form = DisclosureForm.of(request)
    edge = edge_in(request.GET, model=Disclosure, order=NEWEST)
    page = page_of(asked.disclosures(form, request.user), order=NEWEST, edge=edge, size=PAGE_SIZE)
    rows = [disclosure_cells(each) for each in page.records]
    return _page(
        request,
        "disclosures",
        form,
        rows=rows,
        heads=DISCLOSURE_HEADS,
        before=page.before,
        after=page.after,
    )


@require_safe
def sign_ins(request: HttpRequest) -> HttpResponse:
    require(request, Permission.READ_AUDIT)
    form = SignInForm.of(request)
    edge = asked.edge_in(request.GET)
    found = asked.sign_ins(form, request.user, edge=edge, size=PAGE_SIZE + 1)
    shown, before, after = lists.cut(found, edge=edge, size=PAGE_SIZE)
    rows = [sign_in_cells(each) for each in shown]
    return _page(request, "sign_ins", form, rows=rows, heads=SIGN_IN_HEADS, before=before, after=after)


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
