from dataclasses import asdict
from ipaddress import ip_address

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
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
    return JsonResponse({"ready": found.is_ready, **asdict(found)}, status=200 if found.is_ready else 503)


@require_safe
@never_cache
@login_not_required
def prometheus(request: HttpRequest) -> HttpResponse:
    if not _is_local(request):
        raise Http404
    return HttpResponse(metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _is_local(request: HttpRequest) -> bool:
    # A proxy on the same machine is local too, and those whom it speaks for are not.
    if any(request.META.get(header) for header in PROXY_HEADERS):
        return False
    return ip_address(request.META["REMOTE_ADDR"]).is_loopback
