from django.core.exceptions import BadRequest
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from associations.milestones.queries import COUNT_LIMIT, Place
from associations.models import MilestoneEvent
from portal.accounts.roles import Permission
from portal.lib.asof import day_of
from portal.lib.dates import DayError, parse_day, today
from portal.lib.filters import refuse_unknown
from portal.oversight.claims import claims_waiting
from portal.records.files import file_response

PAGE_SIZE = 50


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    if not request.user.scope.may(Permission.VERIFY):
        raise Http404("核实申报由核实人办理")
    refuse_unknown(request, Form())
    on = day_of(request)
    found = claims_waiting(request.user, on=on, place=place_of(request), size=PAGE_SIZE)
    context = {
        "page": found,
        "count": f"共 {found.count} 件" if found.count <= COUNT_LIMIT else f"多于 {COUNT_LIMIT} 件",
        "previous_url": page_url(request, found.previous),
        "next_url": page_url(request, found.following),
        "on": on,
        "today": today(),
    }
    return render(request, "oversight/queue.html", context)


@require_safe
def file(request: HttpRequest, pk: int) -> FileResponse:
    proofs = MilestoneEvent.objects.visible_to(request.user).select_related("file")
    event = get_object_or_404(proofs, pk=pk)
    if event.file is None:
        raise Http404("这一步没有附件")
    return file_response(event.file)


def place_of(request: HttpRequest) -> Place | None:
    """Read where the page begins: `after` or `before` with a day and a key, as in 2020-12-31.17."""
    for name, is_backwards in (("after", False), ("before", True)):
        if name in request.GET:
            day, _, key = request.GET[name].partition(".")
            try:
                return Place(on=parse_day(day), pk=int(key), is_backwards=is_backwards)
            except (DayError, ValueError):
                raise BadRequest("页码有误，请从第一页重新查看") from None
    return None


def page_url(request: HttpRequest, place: Place | None) -> str:
    if place is None:
        return ""
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("before", None)
    query["before" if place.is_backwards else "after"] = f"{place.on.isoformat()}.{place.pk}"
    return f"?{query.urlencode()}"
