"""Answers to what goes wrong outside a view: problem+json for the API, a page for people."""

import sys

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.views import defaults

from portal.lib.outages import is_outage

from .problems import MEDIA_TYPE, NOT_FOUND, problem

RETRY_SECONDS = 10


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _json(problem(400, "请求无法识别"))
    # Other refusals, such as a forged host, are told without their reasons.
    message = str(exception) if isinstance(exception, BadRequest) else ""
    return HttpResponseBadRequest(render_to_string("400.html", {"message": message}))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _json(problem(403, str(exception) or "没有权限"))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _json(NOT_FOUND)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    # Django tells this handler nothing; it is called while the exception is being handled.
    if is_outage(sys.exception()):
        return database_away(request)
    if _is_api(request):
        return _json(problem(500, "服务器出错，已记入日志，请稍后重试"))
    return defaults.server_error(request)


def database_away(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        response = _json(problem(503, "平台的数据库暂时连接不上，请稍后重试"))
    else:
        # Drawn without the request: its user and menu are in the database. A page is asked for again by
        # itself, and what was submitted is not, because that would seem to be saved.
        context = {"retry_seconds": RETRY_SECONDS if request.method in ("GET", "HEAD") else 0}
        response = HttpResponse(render_to_string("errors/outage.html", context), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    add_never_cache_headers(response)
    return response


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _json(body: dict) -> HttpResponse:
    return JsonResponse(
        body,
        status=body["status"],
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
