"""The day that a page or a reply speaks of."""

from datetime import date

from django.http import HttpRequest

from .dates import LATEST_DAY, parse_day, today

# Birthdays alone are older.
FIRST_DAY = date(1949, 10, 1)
LAST_DAY = LATEST_DAY


def day_of(request: HttpRequest) -> date:
    """Return the day named by `?on=`, or today.

    Raises: DayError when the text names no day; the middleware answers it with a 400.
    """
    text = request.GET.get("on", "")
    return parse_as_of(text) if text else today()


def parse_as_of(text: str) -> date:
    """Read a day that figures can be asked for.

    Raises: DayError for a text that names no day, and for days before 1949 or after 2099.
    """
    return parse_day(text, first=FIRST_DAY)
