from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.accounts.middleware import Middleware

from .failures import NotRecorded


class LooksMiddleware(Middleware):
    """Answer with 503, and nothing of the record, where that could not be put on record."""

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, NotRecorded):
            return None
        return render(request, "503.html", status=503)
