"""What every request passes: when it may go on, on whose behalf it reads, what is put on record."""

from collections.abc import Callable
from typing import Any

import pghistory.middleware
from axes.helpers import get_client_ip_address
from django.contrib.auth import logout
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from portal.lib.dates import DayError, now

from .scope import guarded
from .sessions import has_ended

API = "/api/"


class Middleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response


class SessionEndMiddleware(Middleware):
    """Sign out whoever has been signed in for too long."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and has_ended(request.session, at=now()):
            logout(request)
        return self.get_response(request)


class PasswordDueMiddleware(Middleware):
    """Lead whoever got a password from somebody else to choose their own, before anything else."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not (user.is_authenticated and user.must_change_password):
            return self.get_response(request)
        if request.path in (reverse("accounts:password"), reverse("accounts:sign_out")):
            return self.get_response(request)
        if request.path.startswith(API):
            raise PermissionDenied("须先在网页上修改密码")
        return redirect("accounts:password")


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Put on record with every change who made it, on which page and from where."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_context(request), "address": get_client_ip_address(request)}


class ScopeMiddleware(Middleware):
    """Refuse every read of a scoped model that does not say for whom it reads."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with guarded():
            return self.get_response(request)


class BadInputMiddleware(Middleware):
    """Answer with 400 what no page can make sense of."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # PostgreSQL has no text with NUL in it, so such a request would fail wherever it arrives.
        values = (value for _, listed in request.GET.lists() for value in listed)
        if "\x00" in request.path_info or any("\x00" in value for value in values):
            raise BadRequest("请求中含有不允许的字符")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DayError) and not request.path.startswith(API):
            return render(request, "400.html", {"message": str(error)}, status=400)
        return None


class WrongMethodMiddleware(Middleware):
    """Say what happened on a page where Django answers a wrong method with an empty one."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or request.path.startswith(API):
            return response
        page = render(request, "405.html", status=response.status_code)
        page["Allow"] = response["Allow"]
        return page


class PrivateMiddleware(Middleware):
    """Keep pages out of every cache: after signing out, "back" on a shared computer shows nothing."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
