"""Charts as SVG strings: one drawing for the page and for paper, always beside the table of its figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.lib.axes import SMALL, WIDTH, axis_top, level_grid, upright_grid, upright_mark, wrapped
from portal.lib.svg import (
    GRID,
    HUNDREDTH,
    MARK,
    PAPER,
    Number,
    Tone,
    joined,
    line,
    mark,
    picture,
    place,
    rect,
    shortened,
    text,
    text_width,
)

GAP = 8
LABEL_ROOM = 200
DENSE_FROM = 26
# A circle of this radius is 400 long, so that an arc is its share times 400 without any trigonometry.
RING_RADIUS = Decimal("63.662")
RING_LENGTH = 400


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar. `shown` is its figure in words, so that it says what the verdict says; None draws no bar."""

    label: str
    value: Number | None
    shown: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, kw_only=True)
class Target:
    """A required value and the words beside its mark."""

    value: Number
    label: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a whole, with its figure in words."""

    label: str
    value: Number
    shown: str
    tone: Tone = Tone.PLAIN


def horizontal_bars(
    *,
    title: str,
    description: str,
    bars: Sequence[Bar],
    target: Target | None = None,
    top: Number | None = None,
) -> SafeString:
    """Draw one bar per row, named on the left, its figure on the right.

    Shape: up to 40 bars fit a report page, more belong on several charts; `top` ends the axis.
    """
    pitch = 24 if len(bars) < DENSE_FROM else 18
    top = top or axis_top([bar.value for bar in bars] + [target.value if target else None])
    left = min(max((text_width(bar.label) for bar in bars), default=Decimal()), Decimal(LABEL_ROOM)) + GAP
    room = WIDTH - left - max((text_width(bar.shown) for bar in bars), default=Decimal()) - 2 * GAP
    head = 24 if target else 6
    foot = head + pitch * len(bars)
    parts = upright_grid(left, room, head, foot, top)
    for index, bar in enumerate(bars):
        parts += _row(bar, head + pitch * index, pitch, left, room, top)
    if target:
        parts += upright_mark(target.label, left + place(target.value, top, room), head, foot, WIDTH)
    return picture(title=title, description=description, width=WIDTH, height=foot + 24, parts=parts)


def vertical_bars(
    *,
    title: str,
    description: str,
    bars: Sequence[Bar],
    target: Target | None = None,
    top: Number | None = None,
) -> SafeString:
    """Draw one bar per column, its figure above and its name below; up to about 14 columns stay readable."""
    top = top or axis_top([bar.value for bar in bars] + [target.value if target else None])
    left, head, tall = text_width(str(top), SMALL) + GAP, 38, 180
    pitch = ((WIDTH - left) / max(len(bars), 1)).quantize(HUNDREDTH)
    names = [wrapped(bar.label, pitch) for bar in bars]
    foot = head + tall
    parts = level_grid(left, WIDTH, head, tall, top)
    columns = [_column(bar, left + pitch * index, pitch, foot, tall, top) for index, bar in enumerate(bars)]
    parts += [column for column, _ in columns]
    if target:
        y = foot - place(target.value, top, tall)
        parts += [mark(left, y, WIDTH, y), *_mark_key(target)]
    parts += [figure for _, figure in columns]
    for index, name in enumerate(names):
        parts += _name(name, left + pitch * index + pitch / 2, foot)
    height = foot + GAP + 14 * max((len(name) for name in names), default=1)
    return picture(title=title, description=description, width=WIDTH, height=height, parts=parts)


def share_bar(*, title: str, description: str, parts: Sequence[Part]) -> SafeString:
    """Draw the parts of one whole as one bar, named in a legend below it."""
    whole = sum((Decimal(part.value) for part in parts), Decimal())
    drawn: list[SafeString] = [rect(0, 4, WIDTH, 28, GRID)]
    x, before = Decimal(), Decimal()
    for part in parts:
        before += part.value
        end = place(before, whole, WIDTH) if whole else Decimal()
        drawn.append(rect(x, 4, max(end - x, Decimal()), 28, part.tone.value))
        if text_width(part.shown) + GAP <= end - x:
            drawn.append(text((x + end) / 2, 23, part.shown, anchor="middle", fill=PAPER))
        drawn.append(line(end, 4, end, 32, PAPER))
        x = end
    legend, height = _legend([(part.label, part.shown, part.tone) for part in parts], 52)
    return picture(title=title, description=description, width=WIDTH, height=height, parts=drawn + legend)


def ring(
    *, title: str, description: str, value: Number, total: Number, shown: str, tone: Tone = Tone.PLAIN
) -> SafeString:
    """Draw a part of a whole as an arc with its figure in the middle."""
    share = place(min(value, total), total, RING_LENGTH) if total else Decimal()
    parts = [_arc(GRID, RING_LENGTH)]
    if share:
        parts.append(_arc(tone.value, share))
    parts.append(text(84, 93, shown, anchor="middle", size=26))
    return picture(title=title, description=description, width=168, height=168, parts=parts)


def _arc(stroke: str, length: Number) -> SafeString:
    return format_html(
        '<circle cx="84" cy="84" r="{}" fill="none" stroke="{}" stroke-width="20" stroke-dasharray="{} {}"'
        ' transform="rotate(-90 84 84)"/>',
        RING_RADIUS,
        stroke,
        length,
        RING_LENGTH - length,
    )


def _row(bar: Bar, y: Number, pitch: int, left: Decimal, room: Decimal, top: Number) -> list[SafeString]:
    base = y + pitch - 7 if pitch > 20 else y + pitch - 5
    parts = [text(left - GAP, base, shortened(bar.label, left - GAP), anchor="end")]
    if bar.value is not None:
        length = min(place(bar.value, top, room), room)
        parts.append(rect(left, y + 4, length, pitch - 8, bar.tone.value))
    # The column of figures stands apart from the bars, so no mark ever strikes through a figure.
    return [*parts, text(WIDTH, base, bar.shown, anchor="end", fill=bar.tone.value)]


def _column(
    bar: Bar, x: Decimal, pitch: Decimal, foot: int, tall: int, top: Number
) -> tuple[SafeString, SafeString]:
    middle = x + pitch / 2
    wide = min(pitch * 3 / 5, Decimal(44)).quantize(HUNDREDTH)
    length = min(place(bar.value or 0, top, tall), Decimal(tall))
    column = rect(middle - wide / 2, foot - length, wide, length, bar.tone.value)
    # Paper behind the figure, or the grid and the mark would run through its digits.
    room = text_width(bar.shown)
    paper = rect(middle - room / 2, foot - length - 17, room, 15, PAPER)
    shown = text(middle, foot - length - 5, bar.shown, anchor="middle", fill=bar.tone.value)
    return column, joined([paper, shown])


def _name(rows: Sequence[str], middle: Decimal, foot: int) -> list[SafeString]:
    return [
        text(middle, foot + 16 + 14 * index, row, anchor="middle", size=SMALL)
        for index, row in enumerate(rows)
    ]


def _mark_key(target: Target) -> list[SafeString]:
    x = WIDTH - text_width(target.label, SMALL)
    return [mark(x - 28, 7, x - 5, 7), text(x, 11, target.label, fill=MARK, size=SMALL)]


def _legend(entries: Sequence[tuple[str, str, Tone]], y: int) -> tuple[list[SafeString], int]:
    parts: list[SafeString] = []
    x = Decimal()
    for label, shown, tone in entries:
        words = f"{label} {shown}"
        width = 16 + text_width(words) + 2 * GAP
        if x and x + width > WIDTH:
            x, y = Decimal(), y + 20
        parts += [rect(x, y - 10, 11, 11, tone.value), text(x + 16, y, words)]
        x += width
    return parts, y + 8
