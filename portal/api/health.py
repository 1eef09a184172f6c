"""The three pages that machines ask, answered before anything wants a session, a user or a database."""

from collections.abc import Callable
from dataclasses import asdict
from ipaddress import ip_address

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.api.metrics import metrics
from portal.api.readiness import readiness

PROXY_HEADERS = ("HTTP_X_REAL_IP", "HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED")


@require_safe
@never_cache
@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    found = readiness()
    content = {
        "ready": found.is_ready,
        "degraded": found.is_degraded,
        **found.parts,
        "seconds": asdict(found.ages) if found.ages else {},
    }
    return JsonResponse(content, status=200 if found.is_ready else 503)


@require_safe
@never_cache
@login_not_required
def prometheus(request: HttpRequest) -> HttpResponse:
    if not _is_local(request):
        return HttpResponseNotFound("not found\n", content_type="text/plain; charset=utf-8")
    return HttpResponse(metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")


PAGES = {"healthz": alive, "readyz": ready, "metrics": prometheus}


class HealthMiddleware:
    """Answer the pages of health; a session cookie that somebody sends along is not looked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        page = PAGES.get(request.path_info.removeprefix("/"))
        return page(request) if page else self.get_response(request)


def _is_local(request: HttpRequest) -> bool:
    # A proxy on the same machine is local too, and those whom it speaks for are not.
    if any(request.META.get(header) for header in PROXY_HEADERS):
        return False
    return ip_address(request.META["REMOTE_ADDR"]).is_loopback
