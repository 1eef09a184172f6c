from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from associations.milestones import actions as milestone_actions
from associations.models import Association, MilestoneEvent
from associations.permissions import load_association
from portal.accounts.roles import Permission
from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from portal.oversight.boards import BoardRow
from portal.oversight.forms.reform import ClaimForm, ReturnForm, StepForm
from portal.records.forms import show_findings

from .reform import load_row, milestone_head, milestone_page


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, code: str, milestone: str) -> HttpResponse:
    association = load_association(request, code, Permission.CLAIM)
    row = load_row(request, association, milestone)
    form = ClaimForm(request.POST or None, request.FILES or None)
    if form.is_valid() and has_claimed(request, association, row, form):
        messages.success(request, f"已申报“{row.status.milestone.label}”，等待上级核实。")
        return redirect("oversight:milestone", code, milestone)
    title = f"申报：{row.status.milestone.label}"
    context = milestone_head(request, association, row) | {"form": form, "title": title}
    return render(request, "oversight/claim.html", context)


def has_claimed(request: HttpRequest, association: Association, row: BoardRow, form: ClaimForm) -> bool:
    try:
        milestone_actions.claim_with_upload(
            association=association,
            milestone=row.status.milestone,
            document_number=form.cleaned_data["document_number"],
            achieved_on=form.cleaned_data["achieved_on"],
            upload=form.cleaned_data["file"],
            by=request.user,
            on=today(),
        )
    except RuleViolation as refused:
        show_findings(form, refused)
        return False
    return True


def step(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Take a step by POST alone; whoever opens its address, as after signing in again, sees the milestone."""

    @wraps(view)
    def wrapped(request: HttpRequest, code: str, milestone: str) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            load_association(request, code, Permission.VIEW_STATISTICS)
            return redirect("oversight:milestone", code, milestone)
        return require_POST(view)(request, code, milestone)

    return wrapped


@step
def start(request: HttpRequest, code: str, milestone: str) -> HttpResponse:
    association = load_association(request, code, Permission.CLAIM)
    row = load_row(request, association, milestone)
    facts = {"association": association, "milestone": row.status.milestone}
    return take(
        request,
        association,
        row,
        act=lambda: milestone_actions.start(**facts, by=request.user, on=today()),
        done=f"已登记启动“{row.status.milestone.label}”。",
    )


@step
def withdraw(request: HttpRequest, code: str, milestone: str) -> HttpResponse:
    association = load_association(request, code, Permission.CLAIM)
    row = load_row(request, association, milestone)
    seen = load_seen(row, StepForm(request.POST))
    return take(
        request,
        association,
        row,
        act=lambda: milestone_actions.withdraw(seen=seen, by=request.user, on=today()),
        done="已撤回申报，可以修改后重新申报。",
    )


@step
def verify(request: HttpRequest, code: str, milestone: str) -> HttpResponse:
    association = load_association(request, code, Permission.VERIFY)
    row = load_row(request, association, milestone)
    seen = load_seen(row, StepForm(request.POST))
    return take(
        request,
        association,
        row,
        act=lambda: milestone_actions.verify(seen=seen, by=request.user, on=today()),
        done=f"已核实{association.short_name}的“{row.status.milestone.label}”。",
        back_to_queue=True,
    )


@step
def return_(request: HttpRequest, code: str, milestone: str) -> HttpResponse:
    association = load_association(request, code, Permission.VERIFY)
    row = load_row(request, association, milestone)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return milestone_page(request, association, row, return_form=form)
    seen, reason = load_seen(row, form), form.cleaned_data["reason"]
    return take(
        request,
        association,
        row,
        act=lambda: milestone_actions.return_(seen=seen, reason=reason, by=request.user, on=today()),
        done=f"已退回{association.short_name}的“{row.status.milestone.label}”。",
        back_to_queue=True,
    )


def load_seen(row: BoardRow, form: StepForm) -> MilestoneEvent:
    """Return the step that the user saw last, which must be one of this milestone's."""
    seen = form.cleaned_data["seen"] if form.is_valid() else None
    found = next((taken for taken in row.steps if taken.pk == seen), None)
    if found is None:
        raise Http404("没有这条记录")
    return found


def take(
    request: HttpRequest,
    association: Association,
    row: BoardRow,
    *,
    act: Callable[[], MilestoneEvent],
    done: str,
    back_to_queue: bool = False,
) -> HttpResponse:
    try:
        act()
    except RuleViolation as refused:
        return milestone_page(request, association, row, refused=refused)
    messages.success(request, done)
    if back_to_queue:
        return redirect("oversight:queue")
    return redirect("oversight:milestone", association.code, row.status.milestone)
