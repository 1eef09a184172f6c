from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from associations.models import Association
from associations.permissions import load_association
from members.enums import ClearingState, ClearingVerdict
from members.membership_steps import member_of
from members.models import ClearingRound
from members.records.memberships import MEMBERSHIPS
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import now, today
from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Action, Crumb, Tab
from portal.records.forms import show_findings
from portal.records.lists import with_query
from portal.records.permissions import require
from portal.records.queries import Count, Order, count_of_list, edge_in, page_of
from portal.records.reach import hide_unreached

from . import actions, queries
from .forms import CloseForm, MarkForm, RoundFilters, RoundForm, reason_label

PAGE_SIZE = 50
NEWEST = Order(path="pk", is_descending=True)
BY_PLACE = Order(path="association__code")
MEMBER = ("association", "person__association", "organisation__association")
WRITES = ["GET", "HEAD", "POST"]


def load_round(request: HttpRequest, pk: int) -> ClearingRound:
    found = queries.load_round(request.user, pk)
    if found is None:
        raise Http404("没有这次重新登记，或您无权查看")
    return found


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    require(request, Permission.VIEW_PEOPLE)
    rows = ClearingRound.objects.all().reaching(request.user).select_related("association")
    edge = edge_in(request.GET, model=ClearingRound, order=NEWEST)
    page = page_of(rows, order=NEWEST, edge=edge, size=PAGE_SIZE)
    may_start = request.user.scope.may(Permission.EDIT_RECORDS)
    start = Action(label="发起重新登记", url=reverse("members:round_new"), icon="plus", kind="primary")
    context = {
        "rows": [(each, queries.shows_outcome(each, request.user)) for each in page.records],
        "previous_url": with_query(request.GET, before=page.before) if page.before else "",
        "next_url": with_query(request.GET, after=page.after) if page.after else "",
        "actions": [start] if may_start else [],
    }
    return render(request, "members/rounds.html", context)


@require_http_methods(WRITES)
def round_new(request: HttpRequest) -> HttpResponse:
    require(request, Permission.EDIT_RECORDS)
    form = RoundForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        try:
            made = actions.start_round(by=request.user, **form.cleaned_data)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, f"已发起：{made.title}")
            return redirect("members:round", made.pk)
    context = {
        "form": form,
        "title": "发起重新登记",
        "note": "发起后逐人核对；未标记的会员保持不变，标记为待退会的在办结时统一登记退会",
        "draft": "clearing-round-new",
        "cancel_url": reverse("members:rounds"),
        "crumbs": [Crumb(name="重新登记", url=reverse("members:rounds")), Crumb(name="发起")],
    }
    return render(request, "records/form.html", context)


def head(request: HttpRequest, round_: ClearingRound, *, page: str = "members:round") -> dict[str, object]:
    """Return what all pages of a round show on top."""
    names = {"members:round": "核对名单", "members:round_progress": "进度"}
    close = Action(label="办结", url=reverse("members:round_close", args=[round_.pk]), kind="primary")
    return {
        "round": round_,
        "is_open": round_.state == ClearingState.OPEN,
        "shows_outcome": queries.shows_outcome(round_, request.user),
        "tabs": [
            Tab(label=label, url=reverse(name, args=[round_.pk]), is_current=name == page)
            for name, label in names.items()
        ],
        "actions": [close] if queries.is_open_to(round_, request.user) else [],
        "crumbs": [Crumb(name="重新登记", url=reverse("members:rounds")), Crumb(name=round_.title)],
    }


@require_safe
def round_list(request: HttpRequest, pk: int) -> HttpResponse:
    round_ = load_round(request, pk)
    filters = filters_of(request, round_)
    rows = filters.narrowed()
    edge = edge_in(request.GET, model=rows.model, order=BY_PLACE)
    page = page_of(rows, order=BY_PLACE, edge=edge, size=PAGE_SIZE)
    count = count_of_list(rows, page)
    context = head(request, round_) | {
        "filter_form": filters.form,
        "reset_url": request.path,
        "rows": rows_of(page.records, user=request.user),
        "count": count,
        "may_choose_all": may_choose_all(count),
        "mark_form": MarkForm(),
        "mark_url": reverse("members:round_mark", args=[pk]) + with_query(request.GET),
        "previous_url": with_query(request.GET, before=page.before) if page.before else "",
        "next_url": with_query(request.GET, after=page.after) if page.after else "",
    }
    return render(request, "members/round.html", context)


def filters_of(request: HttpRequest, round_: ClearingRound) -> RoundFilters:
    rows = queries.listed(round_, user=request.user).select_related(*MEMBER)
    return RoundFilters(request.GET, queryset=rows, request=request, round_=round_)


def rows_of(records: Sequence[Model], *, user: User) -> list[dict[str, object]]:
    hide_unreached(records, user=user)
    return [
        {
            "record": record,
            "member": str(member_of(record)),
            "verdict": record.verdict or queries.UNCHECKED,
            "verdict_label": ClearingVerdict(record.verdict).label if record.verdict else "未核对",
            "reason": reason_label(record.reason or ""),
            "url": MEMBERSHIPS.url("detail", record.pk),
        }
        for record in records
    ]


def may_choose_all(count: Count) -> bool:
    return count.is_exact and count.number <= actions.MOST_MARKS


@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    round_ = load_round(request, pk)
    back = reverse("members:round", args=[pk]) + with_query(request.GET)
    form = MarkForm(request.POST)
    rows = filters_of(request, round_).narrowed().select_related(None)
    expected = request.POST.get("all", "")
    keys = set(request.POST.getlist("pk"))
    if expected:
        number = int(expected) if expected.isdecimal() and len(expected) < 10 else 0
    else:
        rows, number = MEMBERSHIPS.keyed(rows, sorted(keys)), len(keys)
    if not form.is_valid() or not number:
        messages.error(request, "没有标记：请先选择会员和核对结果。")
        return redirect(back)
    verdict, reason = form.found()
    try:
        done = actions.mark_members(
            round_=round_,
            rows=rows,
            verdict=verdict,
            reason=reason,
            expected=number,
            by=request.user,
            at=now(),
        )
    except RuleViolation as refused:
        messages.error(request, f"没有标记：{refused}")
    else:
        messages.success(request, f"已将 {done} 名会员标记为{verdict.label if verdict else '未核对'}。")
    return redirect(back)


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    round_ = load_round(request, pk)
    node = node_of(request, round_)
    parts = queries.progress_of(round_, node=node) if round_.state != ClearingState.CLOSED else []
    context = head(request, round_, page="members:round_progress") | {
        "node": node,
        "parts": [(part, f"{part_url(round_, part)}") for part in parts],
        "list_url": reverse("members:round", args=[pk]),
        "total": queries.summed(parts),
    }
    return render(request, "members/round_progress.html", context)


def part_url(round_: ClearingRound, part: queries.PartProgress) -> str:
    return f"{reverse('members:round_progress', args=[round_.pk])}?under={part.association.code}"


def node_of(request: HttpRequest, round_: ClearingRound) -> Association:
    """Return the place whose parts are shown: the one asked for, else the round's own or the reader's."""
    own = round_.association.code
    scope = request.user.scope
    below = [code for code in scope.prefixes_for(Permission.VIEW_PEOPLE) if code.startswith(own)]
    start = own if scope.covers(Permission.VIEW_PEOPLE, own) else below[0]
    code = request.GET.get("under") or start
    if not code.startswith(own):
        raise Http404("该协会不在这次重新登记的范围内")
    return load_association(request, code, Permission.VIEW_PEOPLE)


@require_http_methods(WRITES)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    round_ = load_round(request, pk)
    if not queries.is_open_to(round_, request.user):
        raise Http404("该次重新登记已办结，或不由您办结")
    initial = {"left_on": today(), "seen": round_.version}
    form = CloseForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            is_done = actions.close_round(round_=round_, by=request.user, at=now(), **form.cleaned_data)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, "已办结。" if is_done else "正在后台办结，可在后台任务中查看进度。")
            return redirect("members:round", pk)
    parts = queries.progress_of(round_, node=round_.association)
    context = head(request, round_) | {"form": form, "total": queries.summed(parts), "actions": []}
    return render(request, "members/round_close.html", context)
