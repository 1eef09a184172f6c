"""Typed cells and their readers: a value or a Finding that names what was expected; an empty cell is None.

Every form is understood in which nothing is lost, and none that could mean two things.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeVar

from portal.lib.dates import DayError, known_day
from portal.lib.findings import Finding, Severity
from portal.lib.tables.places import named, shown

# A datetime is a date to Python; a cell is one only where its clock does not stand at midnight.
Value = str | int | Decimal | date | bool | None
T = TypeVar("T")

DIGITS_KEPT = 15
EXACT_BELOW = 10**DIGITS_KEPT
INTEGER = re.compile(r"[+-]?([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})")
DAY = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)")
FLAGS = {"是": True, "否": False}
DAY_FORMS = "2026-06-09、2026/6/9 或 2026年6月9日"
# Line ends and tabs are part of long texts; other control characters, the marks that turn the direction of
# writing and the two that are no characters hide something.
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def typed(raw: object, *, longest: int) -> Value | Finding:
    """Return the cell that a workbook or a line of text holds, or why it cannot be taken."""
    match raw:
        case str():
            return _text(raw, longest)
        case bool():
            return raw
        case float() | int():
            return _number(raw)
        case datetime() if raw.time() == time.min:
            return raw.date()
        case date() | None:
            return raw
    return unreadable("应为文本、数字或日期，这里只有钟点或时长")


def as_text(value: Value) -> str | Finding | None:
    """Read a text without the blanks around it; a whole number of up to 15 digits is its digits."""
    match value:
        case None | str():
            return value
        case bool() | date():
            return unreadable("应为文本，请把单元格设为文本格式后重新填写")
        case int() if abs(value) >= EXACT_BELOW:
            return unreadable(
                f"应为文本，这里是数字：表格软件只保留{DIGITS_KEPT}位，末几位已经丢失。请设为文本格式后重新填写"
            )
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def as_integer(value: Value) -> int | Finding | None:
    """Read a whole number: a number cell, or digits with or without commas at the thousands."""
    match value:
        case None:
            return None
        case int() if not isinstance(value, bool) and abs(value) < EXACT_BELOW:
            return value
        case str():
            digits = unicodedata.normalize("NFKC", value)
            if INTEGER.fullmatch(digits):
                return int(digits.replace(",", ""))
    return unreadable(f"应为整数（不超过{DIGITS_KEPT}位），这里是“{_seen(value)}”")


def as_day(value: Value) -> date | Finding | None:
    """Read a day: a date cell, or year, month and day in this order with a year of four digits."""
    match value:
        case None:
            return None
        case datetime():
            return unreadable(f"应为日期，这里还有钟点“{value:%H:%M:%S}”，请只填日期")
        case date():
            return _known_day(value)
        case str():
            return _written_day(unicodedata.normalize("NFKC", value))
    return unreadable(f"应为日期（{DAY_FORMS}），这里是“{_seen(value)}”")


def as_choice(labels: Mapping[str, T]) -> Callable[[Value], T | Finding | None]:
    """Return a reader of one of these labels; a label must be written exactly."""

    def read(value: Value) -> T | Finding | None:
        if value is None:
            return None
        if isinstance(value, str) and value in labels:
            return labels[value]
        return unreadable(f"应为{named(list(labels))}之一，这里是“{_seen(value)}”")

    return read


def as_flag(value: Value) -> bool | Finding | None:
    """Read 是 or 否, or the logical cell of a workbook."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value in FLAGS:
        return FLAGS[value]
    return unreadable(f"应为“是”或“否”，这里是“{_seen(value)}”")


def unreadable(message: str) -> Finding:
    """Return the finding of one cell; the row adds the place."""
    return Finding(code="table-cell", severity=Severity.ERROR, message=f"{message}。")


def _text(raw: str, longest: int) -> str | Finding | None:
    text = raw.strip()
    if len(text) > longest:
        return unreadable(f"应不超过{longest}个字，这里有{len(text)}个")
    hidden = HIDDEN.search(text)
    if hidden:
        return unreadable(f"含有看不见的控制字符（U+{ord(hidden.group()):04X}），请重新键入这一格")
    return text.replace("\r\n", "\n").replace("\r", "\n") or None


def _number(raw: float) -> int | Decimal | Finding:
    if not math.isfinite(raw):
        return unreadable("应为数字，这里超出了数字的范围")
    if raw == int(raw):
        return int(raw)
    # A workbook keeps 15 digits; the binary tail behind them was never typed by anybody.
    return Decimal(format(raw, f".{DIGITS_KEPT}g"))


def _written_day(text: str) -> date | Finding:
    parts = DAY.fullmatch(text)
    if not parts:
        return unreadable(f"应为日期，年在前、四位数（{DAY_FORMS}），这里是“{shown(text)}”")
    year, _, *rest = parts.groups()
    month, day = (part for part in rest if part)
    try:
        written = date(int(year), int(month), int(day))
    except ValueError:
        return unreadable(f"日历上没有“{shown(text)}”这一天，请检查月份和日期")
    return _known_day(written)


def _known_day(day: date) -> date | Finding:
    try:
        return known_day(day)
    except DayError as error:
        return unreadable(str(error).removesuffix("。"))


def _seen(value: Value) -> str:
    return shown({True: "TRUE", False: "FALSE"}[value] if isinstance(value, bool) else str(value))
