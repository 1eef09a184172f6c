"""The day that a page or a reply speaks of."""

from datetime import date

from django.http import HttpRequest

from .dates import parse_day, today


def day_of(request: HttpRequest) -> date:
    """Return the day named by `?on=`, or today.

    Raises: DayError when the text names no day; the middleware answers it with a 400.
    """
    text = request.GET.get("on", "")
    return parse_day(text) if text else today()
