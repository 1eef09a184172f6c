"""Values over time as an SVG string."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.lib.axes import SMALL, WIDTH, axis_top, legible_every, level_grid
from portal.lib.svg import (
    AXIS,
    HUNDREDTH,
    TEXT_SIZE,
    Number,
    Tone,
    picture,
    place,
    text,
    text_width,
)

GAP = 8


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line over the labels; None leaves a gap, `shown` is written at its end."""

    label: str
    values: Sequence[Number | None]
    shown: str
    tone: Tone = Tone.PLAIN


def lines(
    *,
    title: str,
    description: str,
    labels: Sequence[str],
    series: Sequence[Series],
    top: Number | None = None,
) -> SafeString:
    """Draw values over equal steps of time, each line named at its end."""
    top = top or axis_top([value for one in series for value in one.values])
    left, head, tall = text_width(str(top), SMALL) + GAP, 12, 180
    names = [f"{one.label} {one.shown}" for one in series]
    right = WIDTH - max((text_width(name) for name in names), default=Decimal()) - 2 * GAP
    step = (right - left - GAP) / max(len(labels) - 1, 1)
    xs = [(left + GAP + step * index).quantize(HUNDREDTH) for index in range(len(labels))]
    foot = head + tall
    parts = level_grid(left, right, head, tall, top) + _time_labels(labels, xs, step, foot)
    lowest = Decimal(-TEXT_SIZE)
    ends = sorted((foot - place(_last(one.values), top, tall), index) for index, one in enumerate(series))
    for y, index in ends:
        one = series[index]
        parts += _polyline(
            [foot - place(v, top, tall) if v is not None else None for v in one.values], xs, one.tone
        )
        lowest = max(y + 4, lowest + TEXT_SIZE + 3)
        parts.append(text(right + GAP, lowest, names[index], fill=one.tone.value))
    return picture(title=title, description=description, width=WIDTH, height=foot + 26, parts=parts)


def _time_labels(labels: Sequence[str], xs: Sequence[Decimal], step: Decimal, foot: int) -> list[SafeString]:
    every = legible_every(labels, step)
    # Counted from the last label, because the newest month is the one that is read.
    return [
        text(x, foot + 16, label, anchor="middle", fill=AXIS, size=SMALL)
        for index, (label, x) in enumerate(zip(labels, xs, strict=True))
        if (len(labels) - 1 - index) % every == 0
    ]


def _last(values: Sequence[Number | None]) -> Number:
    return next((value for value in reversed(values) if value is not None), 0)


def _polyline(ys: Sequence[Decimal | None], xs: Sequence[Decimal], tone: Tone) -> list[SafeString]:
    parts: list[SafeString] = []
    run: list[str] = []
    for x, y in zip(xs, ys, strict=True):
        if y is None:
            parts.append(_stroke(run, tone))
            run = []
            continue
        run.append(f"{x},{y}")
        parts.append(format_html('<circle cx="{}" cy="{}" r="3" fill="{}"/>', x, y, tone.value))
    return [*parts, _stroke(run, tone)]


def _stroke(points: Sequence[str], tone: Tone) -> SafeString:
    return format_html(
        '<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>', " ".join(points), tone.value
    )
