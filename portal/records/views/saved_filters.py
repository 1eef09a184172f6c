"""The filters that a user keeps: saved from a list, opened, named anew, deleted."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from portal.accounts.roles import Permission
from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Action
from portal.records import filter_actions
from portal.records.forms import SavedFilterForm
from portal.records.lists import readable
from portal.records.models import SavedFilter
from portal.records.permissions import load_saved_filter, require
from portal.records.registry import record_type_of
from portal.records.types import RecordType

WRITES = ["GET", "HEAD", "POST"]


@require_http_methods(WRITES)
def saved_filters(request: HttpRequest) -> HttpResponse:
    require(request, Permission.VIEW_REGISTER)
    if request.method == "POST":
        return saved(request)
    mine = SavedFilter.objects.of(request.user).order_by("slug", "name")
    lines = [(each, label_of(each)) for each in mine]
    return render(request, "records/saved_filters.html", {"lines": lines})


def saved(request: HttpRequest) -> HttpResponse:
    record_type = visible_type(request, request.POST.get("slug", ""))
    if record_type is None:
        raise Http404("没有这个列表，或您无权查看")
    form = SavedFilterForm(request.POST)
    query = QueryDict(form.data.get("query", "")[:2000])
    if not form.is_valid():
        messages.error(request, "没有保存：请填写不超过 30 个字的名称。")
    else:
        try:
            filter_actions.save_filter(
                record_type=record_type, name=form.cleaned_data["name"], query=query, by=request.user
            )
        except RuleViolation as refused:
            messages.error(request, f"没有保存：{refused}")
        else:
            messages.success(request, f"已保存筛选“{form.cleaned_data['name']}”。")
    return redirect(address_of(record_type, query))


@require_http_methods(WRITES)
def saved_filter(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_saved_filter(request, pk)
    if request.method == "POST":
        return changed(request, found)
    record_type = visible_type(request, found.slug)
    if record_type is None:
        messages.error(request, "这个列表已不存在，或您现在无权查看。")
        return redirect("records:saved_filters")
    return redirect(address_of(record_type, QueryDict(found.query)))


def changed(request: HttpRequest, found: SavedFilter) -> HttpResponse:
    form = SavedFilterForm(request.POST)
    if request.POST.get("go") == "delete":
        filter_actions.delete(saved=found)
        messages.success(request, f"已删除筛选“{found.name}”。")
    elif not form.is_valid():
        messages.error(request, "没有改名：请填写不超过 30 个字的名称。")
    else:
        try:
            filter_actions.rename(saved=found, name=form.cleaned_data["name"])
        except RuleViolation as refused:
            messages.error(request, f"没有改名：{refused}")
        else:
            messages.success(request, f"已改名为“{found.name}”。")
    return redirect("records:saved_filters")


def visible_type(request: HttpRequest, slug: str) -> RecordType | None:
    record_type = record_type_of(slug)
    may_see = record_type is not None and request.user.scope.may(record_type.view_permission)
    return record_type if may_see else None


def address_of(record_type: RecordType, query: QueryDict) -> str:
    """Return the list that a filter opens, as far as the list still knows its conditions."""
    return f"{record_type.url('list')}?{readable(query, record_type).urlencode()}"


def label_of(saved: SavedFilter) -> str:
    record_type = record_type_of(saved.slug)
    return record_type.label if record_type else saved.slug


def filter_menu(request: HttpRequest, record_type: RecordType) -> list[Action]:
    """List the user's own filters of a list, as links."""
    mine = SavedFilter.objects.of(request.user).of_list(record_type.slug).order_by("name")
    return [Action(label=each.name, url=reverse("records:saved_filter", args=[each.pk])) for each in mine]
