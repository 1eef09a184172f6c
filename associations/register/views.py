import re
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from associations.enums import Level
from associations.permissions import load_association, sees_people
from associations.register.forms import RegisterFilterForm
from associations.register.page import actions_on, facts_of, rows_of, state_of
from associations.register.page_head import crumbs_to, day_query, tabs_of
from associations.register.picker import build_picker
from associations.register.queries import (
    COUNT_LIMIT,
    below,
    code_of,
    page_of,
    register,
    staffing_of,
    successions_of,
    units_below,
)
from portal.accounts.roles import Permission
from portal.lib.asof import day_of
from portal.lib.dates import today
from portal.lib.filters import refuse_unknown
from portal.lib.page_parts import Action
from portal.records.registry import record_type_of
from portal.records.relations import sections_of

PAGE_SIZE = 50
PLACE = re.compile(r"[\d-]{0,20}")
FIELD_NAME = re.compile(r"[a-z_]{1,30}")


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    on = day_of(request)
    form = RegisterFilterForm(request.GET)
    refuse_unknown(request, form)
    found = register(request.user, form.wanted(), on=on)
    page = page_of(
        found, after=place_in(request, "after"), before=place_in(request, "before"), size=PAGE_SIZE
    )
    context = {
        "form": form,
        "kept": [("on", request.GET["on"])] if "on" in request.GET else [],
        "rows": rows_of(page.rows, on=on, query=day_query(request)),
        "count": f"共 {page.count} 个" if page.is_count_exact else f"多于 {COUNT_LIMIT} 个",
        "reset_url": request.path + day_query(request),
        "actions": ledger_links(request),
        "previous_url": page_url(request, "before", page.previous),
        "next_url": page_url(request, "after", page.following),
        "on": on,
        "today": today(),
    }
    return render(request, "associations/list.html", context)


def ledger_links(request: HttpRequest) -> list[Action]:
    """Lead to the ledger with the filters of this list; both know them by the same names."""
    if not request.user.scope.may(Permission.VIEW_REGISTER):
        return []
    kept = {name: value for name, value in request.GET.items() if name not in ("after", "before") and value}
    url = reverse("records:associations_list") + (f"?{urlencode(kept)}" if kept else "")
    return [Action(label="台账（导出、批量修改）", url=url, icon="download")]


def place_in(request: HttpRequest, name: str) -> str:
    code = request.GET.get(name, "")
    if not PLACE.fullmatch(code):
        raise BadRequest("页码有误，请从第一页重新查看")
    return code


def page_url(request: HttpRequest, name: str, code: str) -> str:
    if not code:
        return ""
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("before", None)
    query[name] = code
    return f"?{query.urlencode()}"


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    association = load_association(request, code)
    on, actions = day_of(request), actions_on(association, request)
    context = {
        "association": association,
        "crumbs": crumbs_to(association, request, url_name="associations:detail"),
        "tabs": tabs_of(association, request),
        "actions": [action for action in actions if action.kind == "primary"],
        "changes": [action for action in actions if action.kind == "plain"],
        "state": state_of(association, on=on),
        "facts": facts_of(
            association,
            code_on=code_of(association, on=on),
            sees_people=sees_people(request.user, code),
        ),
        "may_edit": request.user.scope.covers(Permission.EDIT_RECORDS, association.code),
        "is_unit": association.level == Level.UNIT,
        "below": below(association, on=on),
        "units": units_below(association, on=on),
        "staffing": staffing_of(association, on=on),
        "sections": sections_of(request, record_type_of("associations"), association),
        "successions": successions_of(association),
        "on": on,
        "today": today(),
    }
    return render(request, "associations/detail.html", context)


@require_safe
def picker(request: HttpRequest) -> HttpResponse:
    name = request.GET.get("name", "association")
    if not FIELD_NAME.fullmatch(name):
        raise BadRequest("选择框的名称有误")
    code, query = request.GET.get("code", "")[:20], request.GET.get("q", "").strip()[:60]
    found = build_picker(request.user, name=name, code=code.replace("\0", ""), query=query.replace("\0", ""))
    return render(request, "components/association_picker.html", {"picker": found})
