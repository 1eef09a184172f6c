"""Scales, grids and labels that the charts share."""

from collections.abc import Sequence
from decimal import Decimal
from math import ceil

from django.utils.safestring import SafeString

from portal.lib.svg import (
    AXIS,
    GRID,
    MARK,
    Number,
    line,
    mark,
    place,
    shortened,
    text,
    text_width,
)

# The text block of an A4 report in CSS pixels; a page may scale the drawing.
WIDTH = 588
SMALL = 11
QUARTERS = (Decimal(0), Decimal("0.25"), Decimal("0.5"), Decimal("0.75"), Decimal(1))
NAME_LINES = 3


def axis_top(values: Sequence[Number | None]) -> int:
    """Return the smallest 4, 8, 10, 20, 40, 80, 100, 200 … that no value exceeds."""
    highest = max((value for value in values if value is not None), default=0)
    power = 1
    while True:
        for step in (1, 2, 4, 8):
            if step * power >= max(highest, 4):
                return step * power
        power *= 10


def upright_grid(left: Number, room: Number, head: Number, foot: Number, top: Number) -> list[SafeString]:
    """Draw five upright lines from 0 to the top, with their values below."""
    parts = []
    for quarter in QUARTERS:
        x = left + place(quarter, 1, room)
        parts.append(line(x, head, x, foot, GRID if quarter else AXIS))
        parts.append(text(x, foot + 15, _tick(quarter * top), anchor="middle", fill=AXIS, size=SMALL))
    return parts


def level_grid(left: Number, right: Number, head: Number, tall: Number, top: Number) -> list[SafeString]:
    """Draw five level lines from 0 to the top, with their values on the left."""
    parts = []
    for quarter in QUARTERS:
        y = head + tall - place(quarter, 1, tall)
        parts.append(line(left, y, right, y, GRID if quarter else AXIS))
        parts.append(text(left - 5, y + 4, _tick(quarter * top), anchor="end", fill=AXIS, size=SMALL))
    return parts


def upright_mark(words: str, x: Number, head: Number, foot: Number, right: Number) -> list[SafeString]:
    """Draw the mark of a requirement with its words above, moved aside where the picture ends."""
    half = text_width(words, SMALL) / 2
    middle = min(max(Decimal(x), half), right - half)
    return [mark(x, head - 4, x, foot), text(middle, head - 9, words, anchor="middle", fill=MARK, size=SMALL)]


def wrapped(words: str, room: Number) -> list[str]:
    """Break a name into at most three lines; the last one is cut with … where needed."""
    per_line = max(int(room // SMALL), 1)
    rows = [words[start : start + per_line] for start in range(0, len(words), per_line)] or [""]
    if len(rows) <= NAME_LINES:
        return rows
    return [*rows[: NAME_LINES - 1], shortened("".join(rows[NAME_LINES - 1 :]), room, SMALL)]


def legible_every(labels: Sequence[str], step: Number) -> int:
    """Return n so that every n-th label fits into its steps."""
    widest = max((text_width(label, SMALL) for label in labels), default=Decimal())
    return max(ceil((widest + 6) / step), 1) if step else 1


def _tick(value: Number) -> str:
    written = f"{Decimal(value):f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
