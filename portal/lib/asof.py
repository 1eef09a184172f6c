"""The day that a page or a reply speaks of."""

from datetime import date

from django.http import HttpRequest

from .dates import DayError, parse_day, today

# Wide enough for every record; near the ends of the calendar adding a term's years would overflow.
FIRST_DAY = date(1949, 10, 1)
LAST_DAY = date(2099, 12, 31)


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
    day = parse_day(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise DayError(f"没有“{text}”这一天的数据，请选择1949年10月至2099年的日期。")
    return day
