"""What every page of one association shows on top: the path above it and its tabs."""

from django.http import HttpRequest
from django.urls import reverse

from associations.models import Association
from associations.register.queries import path_above
from portal.accounts.roles import Permission
from portal.lib.page_parts import Crumb, Tab

TABS = (
    ("基本情况", "associations:detail", Permission.VIEW_REGISTER),
    ("理事会", "oversight:council", Permission.VIEW_STATISTICS),
    ("改革", "oversight:reform", Permission.VIEW_STATISTICS),
)


def day_query(request: HttpRequest) -> str:
    """Return the query that carries the page's day along; empty when the page shows today."""
    day = request.GET.get("on", "")
    return f"?on={day}" if day else ""


def crumbs_to(association: Association, request: HttpRequest, *, url_name: str) -> list[Crumb]:
    """Name the path down to an association; those that the user may open lead to the same page of theirs."""
    query = day_query(request)
    scope = request.user.scope
    above = [
        Crumb(
            name=each.short_name,
            url=reverse(url_name, args=[each.code]) + query
            if scope.covers(Permission.VIEW_REGISTER, each.code)
            else "",
        )
        for each in path_above(association)
    ]
    return [*above, Crumb(name=association.short_name)]


def tabs_of(association: Association, request: HttpRequest) -> list[Tab]:
    """List the pages of an association that the user may open there."""
    scope, query = request.user.scope, day_query(request)
    tabs = []
    for label, url_name, permission in TABS:
        if scope.covers(permission, association.code):
            url = reverse(url_name, args=[association.code])
            tabs.append(Tab(label=label, url=url + query, is_current=request.path == url))
    history_url = reverse("records:associations_history", args=[association.pk])
    return [*tabs, Tab(label="历史", url=history_url, is_current=request.path == history_url)]
