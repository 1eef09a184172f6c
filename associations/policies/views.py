from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from associations.permissions import load_association
from associations.policies.bound_rules import rules_binding
from associations.policies.forms import FAMILIES, FilterForm
from associations.policies.page import (
    bound_crumbs,
    bound_url,
    crumbs_of,
    facts_of,
    page_url,
    place_of,
    rule_lists,
    tabs_of,
)
from associations.policies.permissions import load_policy
from associations.policies.queries import COUNT_LIMIT, basis_of, policy_page, rules_of
from associations.policies.tables import bound_table, rule_table
from portal.accounts.roles import Permission
from portal.lib.asof import day_of
from portal.lib.dates import today
from portal.lib.filters import refuse_unknown
from portal.lib.page_parts import Action
from portal.records.files import file_response

PAGE_SIZE = 50


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    if request.GET.get("association"):
        return bound(request, request.GET["association"])
    on = day_of(request)
    form = FilterForm(request.GET)
    refuse_unknown(request, form)
    page = policy_page(request.user, on=on, wanted=form.wanted(), after=place_of(request), size=PAGE_SIZE)
    context = {
        "page": page,
        "form": form,
        "kept": [("on", request.GET["on"])] if "on" in request.GET else [],
        "count": f"共 {page.count} 份" if page.count <= COUNT_LIMIT else f"多于 {COUNT_LIMIT} 份",
        "first_url": "?" if "after" in request.GET else "",
        "next_url": page_url(request, page.following),
        "actions": head_actions(request),
        "rule_lists": rule_lists(),
        "on": on,
        "today": today(),
    }
    return render(request, "policies/list.html", context)


def head_actions(request: HttpRequest) -> list[Action]:
    actions = []
    own = request.user.association
    if own and (url := bound_url(request, own)):
        actions.append(Action(label="本协会适用的规定", url=url, icon="policy"))
    if request.user.scope.may(Permission.VIEW_REGISTER):
        actions.append(Action(label="台账和导出", url=reverse("records:policies_list"), icon="download"))
    if request.user.scope.may(Permission.MANAGE_POLICIES):
        actions.append(Action(label="登记文件", url=reverse("policies:new"), icon="plus", kind="primary"))
    return actions


def bound(request: HttpRequest, code: str) -> HttpResponse:
    association = load_association(request, code)
    on = day_of(request)
    context = {
        "association": association,
        "crumbs": bound_crumbs(request, association),
        "actions": [Action(label="全部政策文件", url=reverse("policies:list"), icon="policy")],
        "tables": [bound_table(found) for found in rules_binding(association, on=on, user=request.user)],
        "on": on,
        "today": today(),
    }
    return render(request, "policies/bound.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    document = load_policy(request, pk)
    on = day_of(request)
    may_manage = request.user.scope.covers(Permission.MANAGE_POLICIES, document.issuer.code)
    edit_url = reverse("records:policies_edit", args=[pk])
    context = {
        "document": document,
        "crumbs": crumbs_of(request, document),
        "tabs": tabs_of(document, request),
        "actions": [Action(label="更正", url=edit_url, icon="edit", kind="primary")] if may_manage else [],
        "facts": facts_of(document),
        "basis": basis_of(document, user=request.user),
        "tables": [rule_table(found.family, found.rules, on=on) for found in rules_of(document)],
        "families": FAMILIES,
        "may_manage": may_manage,
        "on": on,
        "today": today(),
    }
    return render(request, "policies/detail.html", context)


@require_safe
def file(request: HttpRequest, pk: int) -> FileResponse:
    document = load_policy(request, pk)
    if document.file is None:
        raise Http404("这份文件没有附件")
    return file_response(document.file)
