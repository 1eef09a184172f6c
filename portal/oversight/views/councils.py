from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from associations.enums import Body
from associations.models import Association
from associations.permissions import load_association
from associations.register.page_head import day_query
from associations.register.queries import COUNT_LIMIT
from portal.accounts.roles import Permission
from portal.lib.asof import day_of
from portal.lib.dates import today
from portal.lib.filters import refuse_unknown
from portal.lib.page_parts import Crumb
from portal.oversight.council_filters import CouncilFilter
from portal.oversight.councils import Place, council_page
from portal.oversight.forms.council import CouncilFilters


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    node = load_association(
        request, request.GET.get("under") or own_code(request), Permission.VIEW_STATISTICS
    )
    on, form = day_of(request), CouncilFilters(request.GET)
    refuse_unknown(request, form, "under", "reach")
    reach = "own" if request.GET.get("reach") == "own" else "below"
    page = council_page(
        node,
        form.wanted() if form.is_valid() else CouncilFilter(),
        on=on,
        is_own=reach == "own",
        place=place_of(request),
    )
    context = {
        "node": node,
        "page": page,
        "count": f"共 {page.count} 个" if page.count <= COUNT_LIMIT else f"多于 {COUNT_LIMIT} 个",
        "crumbs": crumbs(node),
        "bodies": tuple(Body),
        "form": form,
        "kept": [(name, request.GET[name]) for name in ("on", "under", "reach") if name in request.GET],
        "reset_url": f"{request.path}{day_query(request)}",
        "previous_url": page_url(request, page.previous),
        "next_url": page_url(request, page.following),
        "on": on,
        "today": today(),
        "reach": reach,
    }
    return render(request, "oversight/councils.html", context)


def own_code(request: HttpRequest) -> str:
    code = request.user.home_code(Permission.VIEW_STATISTICS)
    if not code:
        raise Http404("您还没有可以查看统计的协会")
    return code


def crumbs(node: Association) -> list[Crumb]:
    return [Crumb(name=node.short_name), Crumb(name="理事会")]


def place_of(request: HttpRequest) -> Place | None:
    """Read where the page begins: `after` or `before` with a level and a code, as in 3.360102."""
    for name, is_backwards in (("after", False), ("before", True)):
        if name in request.GET:
            level, _, code = request.GET[name].partition(".")
            if not (level.isascii() and level.isdigit() and len(level) == 1 and code.isprintable()):
                raise BadRequest("页码有误，请从第一页重新查看")
            return Place(level=int(level), code=code, is_backwards=is_backwards)
    return None


def page_url(request: HttpRequest, place: Place | None) -> str:
    if place is None:
        return ""
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("before", None)
    query["before" if place.is_backwards else "after"] = f"{place.level}.{place.code}"
    return f"?{query.urlencode()}"
