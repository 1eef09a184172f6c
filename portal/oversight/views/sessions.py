from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from associations.models import Association
from associations.permissions import load_association
from members import actions
from members.models import Session
from members.person_search import people_found
from members.queries import latest_term
from members.session_queries import ONE_DAY, load_session, name_planned, plan_findings
from portal.accounts.roles import Permission
from portal.lib.findings import Finding, RuleViolation
from portal.lib.page_parts import Action
from portal.oversight.forms.session import EntryForm
from portal.oversight.forms.session_plan import SessionPlan
from portal.oversight.quota_words import QuotaChange, changes_of
from portal.oversight.quotas import quotas_of, what_if

from .council import council_url, crumbs_below

STEPS = ("会议情况", "卸任与新任", "核对与确认")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    association = load_association(request, code, Permission.EDIT_RECORDS)
    term = latest_term(association)
    if term is None:
        messages.info(request, "该协会还没有届次，请先登记届次。")
        return redirect("oversight:term_new", code)
    plan = SessionPlan(request.POST, association=association, term=term, user=request.user)
    go = request.POST.get("go", "facts")
    if go == "facts" or not plan.facts_form.is_valid():
        return facts_page(request, plan)
    if go not in ("review", "record") or not plan.changes_are_valid():
        return changes_page(request, plan, is_checked=go in ("review", "record"))
    if not plan.review_form.is_valid():
        return review_page(request, plan, ())
    if go == "review":
        return checked_page(request, plan)
    return recorded(request, plan)


def checked_page(request: HttpRequest, plan: SessionPlan) -> HttpResponse:
    findings = plan_findings(
        plan.term,
        facts=plan.facts,
        leaving=plan.departures(),
        entering=plan.arrivals(),
        by=request.user,
    )
    if findings:
        return changes_page(request, plan, is_checked=True, findings=findings)
    return review_page(request, plan, ())


def recorded(request: HttpRequest, plan: SessionPlan) -> HttpResponse:
    try:
        session = actions.record_session(
            term=plan.term,
            facts=plan.facts,
            leaving=plan.departures(),
            entering=plan.arrivals(),
            by=request.user,
            seen=plan.seen,
        )
    except RuleViolation as refused:
        return review_page(request, plan, refused.findings)
    messages.success(request, f"已登记{name_planned(plan.term, plan.facts)}。")
    return redirect("oversight:session", plan.association.code, session.pk)


def facts_page(request: HttpRequest, plan: SessionPlan) -> HttpResponse:
    context = head(request, plan, step=1) | {"form": plan.facts_form, "kept": plan.kept(without=("facts-",))}
    return render(request, "oversight/session_facts.html", context)


def changes_page(
    request: HttpRequest,
    plan: SessionPlan,
    *,
    is_checked: bool,
    findings: Sequence[Finding] = (),
) -> HttpResponse:
    context = head(request, plan, step=2) | {
        "name": name_planned(plan.term, plan.facts),
        "seats": plan.seats,
        "leaving": plan.leaving_form,
        "again": plan.again_form,
        "rows": plan.rows,
        "is_checked": is_checked,
        "findings": findings,
        "kept": plan.kept(without=("leave", "again", "entering-", "rows")),
    }
    return render(request, "oversight/session_changes.html", context)


def review_page(request: HttpRequest, plan: SessionPlan, findings: Sequence[Finding]) -> HttpResponse:
    facts = plan.facts
    before = quotas_of(plan.association, on=facts.starts_on - ONE_DAY)
    gone = [seat.appointment for seat in plan.leaving]
    after = what_if(plan.association, on=facts.starts_on, leave=gone, enter=plan.seats_filled())
    context = head(request, plan, step=3) | {
        "name": name_planned(plan.term, facts),
        "facts": facts,
        "day_before": facts.starts_on - ONE_DAY,
        "changes": changes_of(before, after),
        "leaving": plan.leaving,
        "again": plan.again_form.chosen,
        "entry_count": len(plan.used_rows) + len(plan.again_form.chosen),
        "form": plan.review_form,
        "findings": findings,
        "kept": plan.kept(without=("review-",)),
    }
    return render(request, "oversight/session_review.html", context)


def head(request: HttpRequest, plan: SessionPlan, *, step: int) -> dict[str, object]:
    return {
        "association": plan.association,
        "term": plan.term,
        "crumbs": crumbs_below(request, plan.association, "登记会议"),
        "steps": STEPS,
        "step": step,
    }


@sensitive_post_parameters()
@require_POST
def people(request: HttpRequest, code: str) -> HttpResponse:
    load_association(request, code, Permission.EDIT_RECORDS)
    row = EntryForm(request.POST, prefix=request.GET.get("row", "")[:20])
    found = people_found(request.user, text=row["query"].value() or "")
    row.people, row.refusal = found.people, found.refusal
    return render(request, "oversight/people_found.html", {"row": row})


@require_safe
def session(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    association = load_association(request, code, Permission.VIEW_STATISTICS)
    sees_people = request.user.scope.covers(Permission.VIEW_PEOPLE, code)
    found = load_session(association, pk, with_people=sees_people, by=request.user)
    if found is None:
        raise Http404("没有这次会议，或您无权查看")
    context = {
        "association": association,
        "crumbs": crumbs_below(request, association, found.name),
        "actions": [Action(label="返回理事会", url=council_url(request, association), icon="council")],
        "found": found,
        "sees_people": sees_people,
        "day_before": found.session.starts_on - ONE_DAY,
        "changes": figures_around(association, found.session),
    }
    return render(request, "oversight/session.html", context)


def figures_around(association: Association, held: Session) -> tuple[QuotaChange, ...]:
    before = quotas_of(association, on=held.starts_on - ONE_DAY)
    return changes_of(before, quotas_of(association, on=held.starts_on))
