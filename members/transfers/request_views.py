"""Transfers between offices that do not see each other: asked, accepted, declined, withdrawn."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from associations.models import Association
from members.enums import TransferState
from members.models import TransferRequest
from members.records.memberships import MEMBERSHIPS
from portal.accounts.roles import Permission
from portal.lib.dates import now, today
from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Crumb, Tab
from portal.records.forms import show_findings
from portal.records.lists import with_query
from portal.records.permissions import require
from portal.records.queries import Order, edge_in, page_of
from portal.records.reach import name_for

from . import actions
from .forms import AcceptForm, AnswerForm, RequestForm, WithdrawForm
from .queries import view_of
from .views import load_open

PAGE_SIZE = 50
NEWEST = Order(path="pk", is_descending=True)
SIDES = {"in": "转入", "out": "转出"}
MEMBER = (
    "membership__association",
    "membership__person__association",
    "membership__organisation__association",
    "answered_by",
)


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    require(request, Permission.VIEW_PEOPLE)
    side, on = request.GET.get("side", "in"), today()
    if side not in SIDES:
        raise BadRequest("只能查看转入或转出的申请")
    all_rows = TransferRequest.objects.select_related(*MEMBER)
    rows = all_rows.incoming_to(request.user) if side == "in" else all_rows.visible_to(request.user)
    edge = edge_in(request.GET, model=TransferRequest, order=NEWEST)
    page = page_of(rows, order=NEWEST, edge=edge, size=PAGE_SIZE)
    context = {
        "rows": [(view_of(each, user=request.user, on=on), each.state_on(on)) for each in page.records],
        "tabs": [
            Tab(label=label, url=with_query(request.GET, side=each), is_current=each == side)
            for each, label in SIDES.items()
        ],
        "previous_url": with_query(request.GET, before=page.before) if page.before else "",
        "next_url": with_query(request.GET, after=page.after) if page.after else "",
    }
    return render(request, "members/requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def request_new(request: HttpRequest, pk: int) -> HttpResponse:
    membership = load_open(request, pk)
    form = RequestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = actions.ask(membership=membership, by=request.user, at=now(), **form.cleaned_data)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, "已提出转会申请，等待对方协会接收。")
            return redirect("members:request", made.pk)
    url, name = MEMBERSHIPS.url("detail", pk), name_for(request.user, membership)
    context = {
        "form": form,
        "title": f"申请转出：{name}",
        "note": "转到您管理范围以外的协会时使用；对方只看到姓名、性别、出生年份、所在协会和转会原因",
        "draft": f"transfer-request-{pk}",
        "cancel_url": url,
        "crumbs": [Crumb(name="会员", url=MEMBERSHIPS.url("list")), Crumb(name=name, url=url)],
    }
    return render(request, "records/form.html", context)


def load_request(request: HttpRequest, pk: int, *, side: str = "") -> TransferRequest:
    """Return a request that reaches the user from the side, or from either; else it looks missing."""
    rows = TransferRequest.objects.select_related(*MEMBER).filter(pk=pk)
    found = rows.visible_to(request.user).first() if side != "in" else None
    if found is None and side != "out":
        found = rows.incoming_to(request.user).first()
    if found is None:
        raise Http404("没有这个转会申请，或您无权查看")
    return found


@require_safe
def request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return request_page(request, load_request(request, pk))


def request_page(
    request: HttpRequest, found: TransferRequest, *, bound: forms.Form | None = None
) -> HttpResponse:
    state = found.state_on(today())
    seen = {"seen": found.version}
    view = view_of(found, user=request.user, on=today())
    places = Association.objects.visible_to(request.user, Permission.EDIT_RECORDS)
    to = places.filter(code=found.to_code).first() if state == TransferState.WAITING else None
    offered = {
        AcceptForm: AcceptForm(initial=seen | {"on": today()}, to=to) if to else None,
        AnswerForm: AnswerForm(initial=seen) if to else None,
        WithdrawForm: WithdrawForm(initial=seen)
        if view.is_outgoing and state == TransferState.WAITING
        else None,
    }
    if bound is not None:
        offered[type(bound)] = bound
    context = {
        "view": view,
        "state": state,
        "found": found,
        "bound": bound,
        "accept": offered[AcceptForm],
        "decline": offered[AnswerForm],
        "withdraw": offered[WithdrawForm],
        "crumbs": [Crumb(name="转会申请", url=reverse("members:requests")), Crumb(name=view.name)],
    }
    return render(request, "members/request.html", context)


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk, side="in")
    to = Association.objects.visible_to(request.user, Permission.EDIT_RECORDS).get(code=found.to_code)
    form = AcceptForm(request.POST, to=to)
    return answered(request, found, form, actions.accept, done="已接收，该会员自转入之日起在册。")


@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk, side="in")
    return answered(request, found, AnswerForm(request.POST), actions.decline, done="已退回该申请。")


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk, side="out")
    return answered(request, found, WithdrawForm(request.POST), actions.withdraw, done="已撤回该申请。")


def answered(
    request: HttpRequest,
    found: TransferRequest,
    form: forms.Form,
    write: Callable[..., object],
    *,
    done: str,
) -> HttpResponse:
    if form.is_valid():
        try:
            write(request=found, by=request.user, at=now(), **form.cleaned_data)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, done)
            return redirect("members:request", found.pk)
    return request_page(request, load_request(request, found.pk), bound=form)
