from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from associations.permissions import load_association
from associations.register.page_head import crumbs_to, day_query
from portal.accounts.roles import Permission
from portal.lib.asof import day_of
from portal.lib.dates import today
from portal.oversight.duties import Duties, duties_of
from portal.oversight.overview import MOST_URGENT, Overview, overview_of

from .overview_page import address, children_chart, heat_rows, level_rows, tiles


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
    day = request.GET.get("on", "")
    context = {
        "association": association,
        "overview": overview,
        "today": today(),
        "crumbs": crumbs_to(association, request, url_name="dashboards:node"),
        "tiles": tiles(overview, day=day),
        "rows": heat_rows(overview, day=day, scope=request.user.scope),
        "chart": children_chart(overview),
        "overdue": overview.overdue[:MOST_URGENT],
        "overdue_url": address("oversight:reform", code, on=day, reach="below"),
        "terms_url": address("oversight:councils", under=code, term="ending", on=day),
        "levels": level_rows(overview, day=day),
        "duties": home_duties(request, overview),
    }
    return render(request, "dashboards/overview.html", context)


def home_duties(request: HttpRequest, overview: Overview) -> Duties | None:
    """Return the user's own work, which belongs on their own dashboard of today."""
    is_home = overview.association.code == request.user.home_code(Permission.VIEW_STATISTICS)
    return duties_of(request.user, overview) if is_home and overview.on == today() else None
