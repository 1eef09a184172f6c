from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from associations.permissions import load_association
from associations.register.page_head import crumbs_to, day_query
from portal.accounts.roles import Permission
from portal.lib.asof import day_of
from portal.lib.dates import today
from portal.oversight.overview import overview_of

from .overview_page import children_chart, heat_rows, tiles

LISTED = 12


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the dashboard of the user's own place, or to the register where dashboards are not theirs."""
    code = request.user.home_code(Permission.VIEW_STATISTICS)
    if code:
        return HttpResponseRedirect(reverse("dashboards:node", args=[code]) + day_query(request))
    if request.user.scope.may(Permission.VIEW_REGISTER):
        return HttpResponseRedirect(reverse("associations:list"))
    return render(request, "dashboards/no_grant.html")


@require_safe
def node(request: HttpRequest, code: str) -> HttpResponse:
    association = load_association(request, code, Permission.VIEW_STATISTICS)
    overview = overview_of(association, on=day_of(request))
    context = {
        "association": association,
        "overview": overview,
        "today": today(),
        "crumbs": crumbs_to(association, request, url_name="dashboards:node"),
        "tiles": tiles(overview, query=day_query(request)),
        "rows": heat_rows(overview, query=day_query(request)),
        "chart": children_chart(overview),
        "overdue": overview.overdue[:LISTED],
        "terms": overview.terms[:LISTED],
    }
    return render(request, "dashboards/overview.html", context)
