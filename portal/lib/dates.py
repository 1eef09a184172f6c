"""Days: read, moved, counted and written the official way. The only module that reads the clock."""

import calendar
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
# Every day that somebody gives lies between these: adding years, a day or a zone then stays in the calendar.
EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(2099, 12, 31)
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DayError(ValueError):
    """A text that names no day; its message is Chinese and may be shown to the user."""


def now() -> datetime:
    """Return this moment as an aware datetime in Beijing time."""
    return datetime.now(BEIJING)


def today() -> date:
    """Return the calendar day in Beijing, whatever zone the machine keeps."""
    return now().date()


def parse_day(text: str, *, first: date = EARLIEST_DAY) -> date:
    """Read a day written as YYYY-MM-DD.

    Raises: DayError for any other form, for days that the calendar lacks, before `first` or after 2099.
    """
    # date.fromisoformat alone also takes 20260609 and 2026-W24-2, which nobody means in a form.
    if not ISO_DAY.fullmatch(text):
        raise DayError(f"“{text[:40]}”不是日期，请写成 2026-06-09 的形式。")
    try:
        day = date.fromisoformat(text)  # noqa: TID251
    except ValueError:
        raise DayError(f"日历上没有“{text}”这一天，请检查月份和日期。") from None
    return known_day(day, first=first)


def known_day(day: date, *, first: date = EARLIEST_DAY) -> date:
    """Return a day that records can bear. Raises: DayError for a day before `first` or after 2099."""
    if not first <= day <= LATEST_DAY:
        since = f"{first.year}年{first.month}月" if first.month > 1 else f"{first.year}年"
        raise DayError(f"“{day.isoformat()}”超出范围，请填写{since}至{LATEST_DAY.year}年的日期。")
    return day


def add_months(day: date, months: int) -> date:
    """Move a day by whole months; a day that the target month lacks becomes its last day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def add_years(day: date, years: int) -> date:
    """Move a day by whole years; 29 February becomes 28 February in common years."""
    return add_months(day, 12 * years)


def months_between(start: date, end: date) -> int:
    """Count the whole months from start to end.

    Units: the largest n with add_months(start, n) <= end, so 31 January to 28 February is one month;
    negative when end lies before start.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def official_day(day: date) -> str:
    """Write a day as official documents do: 2026年6月9日.

    Source: GB/T 9704-2012, 7.3.5.4 (Arabic numerals, no leading zeros).
    """
    return f"{day.year}年{day.month}月{day.day}日"
