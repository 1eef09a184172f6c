"""Every request learns at its beginning whether there is a database."""

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponseBase

from portal.lib.outages import is_outage

from .errors import database_away


class DatabaseMiddleware:
    """Answer with 503 where the database is away, after one try; nothing behind this can do without it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            # The first cursor of a request tries a kept connection anyhow; here it does so in time.
            connection.cursor().close()
        except Error as error:
            if not is_outage(error):
                raise
            return database_away(request)
        return self.get_response(request)
