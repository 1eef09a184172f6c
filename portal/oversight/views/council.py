from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from associations.models import Association
from associations.permissions import load_association
from associations.register.page_head import crumbs_to, day_query, tabs_of
from members import actions
from members.enums import Exit
from members.queries import (
    composition,
    constituency_rows,
    headcounts,
    holders_count,
    latest_term,
    load_appointment,
    next_term_number,
)
from members.session_queries import sessions_of
from members.term_states import sitting_terms
from portal.accounts.roles import Permission
from portal.lib.asof import day_of
from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Action, Crumb
from portal.oversight.forms.council import SEAT_ROWS, LeaveForm, LeavingForm, SeatsForm, TermForm
from portal.oversight.quota_words import changes_of, lines_of
from portal.oversight.quotas import quotas_of, what_if
from portal.records.forms import show_findings
from portal.records.reach import as_read_by, name_for


@require_safe
def council(request: HttpRequest, code: str) -> HttpResponse:
    association = load_association(request, code, Permission.VIEW_STATISTICS)
    on = day_of(request)
    change = proposed_change(request, association, on)
    if request.htmx and request.htmx.target == "what-if-figures":
        return render(request, "oversight/council.html#what-if-figures", change)
    term = sitting_terms([association], on=on)[association.pk]
    context = change | {
        "association": association,
        "crumbs": crumbs_to(association, request, url_name="oversight:council"),
        "tabs": tabs_of(association, request),
        "actions": actions_on(request, association, term.key is not None),
        "may_edit": request.user.scope.covers(Permission.EDIT_RECORDS, code),
        "on": on,
        "today": today(),
        "term": term,
        "sessions": sessions_of(term, on=on),
        "constituencies": constituency_rows(association, on=on),
    }
    return render(request, "oversight/council.html", context)


def proposed_change(request: HttpRequest, association: Association, on: date) -> dict[str, object]:
    """Read the composition, what the panel proposes to change in it, and the figures before and after."""
    sees_people = request.user.scope.covers(Permission.VIEW_PEOPLE, association.code)
    seats = (
        composition(association, on=on, by=request.user) if sees_people else headcounts(association, on=on)
    )
    leaving = LeavingForm(request.GET, seats=seats)
    rows = seat_rows(request.GET)
    quotas = quotas_of(association, on=on)
    context = {"seats": seats, "sees_people": sees_people, "leaving": leaving, "rows": rows}
    context["quotas"] = lines_of(quotas)
    if not (all([leaving.is_valid(), *(row.is_valid() for row in rows if row.is_bound)])):
        return context
    gone = leaving.cleaned_data["leave"]
    filled = [seat for row in rows if row.is_bound for seat in row.seats()]
    if gone or filled:
        after = what_if(association, on=on, leave=gone, enter=filled)
        context |= {
            "changes": changes_of(quotas, after),
            "leave_count": len(gone),
            "enter_count": len(filled),
        }
    return context


def seat_rows(asked: QueryDict) -> list[SeatsForm]:
    prefixes = [f"enter-{number}" for number in range(SEAT_ROWS)]
    return [SeatsForm(asked if f"{prefix}-post" in asked else None, prefix=prefix) for prefix in prefixes]


def actions_on(request: HttpRequest, association: Association, has_term: bool) -> list[Action]:
    if not request.user.scope.covers(Permission.EDIT_RECORDS, association.code):
        return []
    session = Action(
        label="登记会议",
        url=reverse("oversight:session_new", args=[association.code]),
        icon="plus",
        kind="primary",
    )
    label = "登记换届" if has_term else "登记届次"
    term = Action(label=label, url=reverse("oversight:term_new", args=[association.code]), icon="calendar")
    return [session, term] if has_term else [term]


@require_http_methods(["GET", "HEAD", "POST"])
def term_new(request: HttpRequest, code: str) -> HttpResponse:
    association = load_association(request, code, Permission.EDIT_RECORDS)
    form = TermForm(request.POST or None, initial={"number": next_term_number(association)})
    previous = latest_term(association)
    if form.is_valid():
        try:
            term = actions.open_term(association=association, by=request.user, **form.cleaned_data)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, f"已登记第{term.number}届。请登记选举产生成员的会议。")
            return redirect("oversight:session_new", code)
    context = {
        "association": association,
        "crumbs": crumbs_below(request, association, "登记换届"),
        "form": form,
        "previous": previous,
        "holders": holders_count(previous) if previous else 0,
    }
    return render(request, "oversight/term_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    association = load_association(request, code, Permission.EDIT_RECORDS)
    appointment = load_appointment(request.user, association, pk)
    if appointment is None:
        raise Http404("没有这条任职记录，或您无权查看")
    form = LeaveForm(request.POST or None, initial={"seen": appointment.version, "exit": Exit.LEFT})
    if form.is_valid():
        try:
            actions.leave_office(appointment=appointment, by=request.user, **form.cleaned_data)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, f"已登记{name_for(request.user, appointment)}卸任。")
            return redirect("oversight:council", code)
    crumbs = crumbs_below(request, association, "登记卸任")
    context = {"association": association, "crumbs": crumbs, "form": form}
    context["appointment"] = as_read_by(request.user, appointment)
    return render(request, "oversight/leave.html", context)


def crumbs_below(request: HttpRequest, association: Association, name: str) -> list[Crumb]:
    """Return the path to a page below an association's council."""
    above = crumbs_to(association, request, url_name="oversight:council")[:-1]
    own = reverse("associations:detail", args=[association.code]) + day_query(request)
    council = Crumb(name="理事会", url=council_url(request, association))
    return [*above, Crumb(name=association.short_name, url=own), council, Crumb(name=name)]


def council_url(request: HttpRequest, association: Association) -> str:
    return reverse("oversight:council", args=[association.code]) + day_query(request)
