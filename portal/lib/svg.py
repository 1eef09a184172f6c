"""The few SVG elements that the charts are made of.

Presentation attributes only, because the content policy forbids inline styles; every text is escaped by
format_html.
"""

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal
from enum import Enum
from unicodedata import east_asian_width

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Number = int | Decimal

FONT = "'Noto Sans CJK SC','Microsoft YaHei',SimHei,sans-serif"
TEXT_SIZE = 13
INK = "#1f2933"
AXIS = "#616e7c"
GRID = "#d5dbe1"
MARK = "#9b1c1c"
PAPER = "#ffffff"
HUNDREDTH = Decimal("0.01")


class Tone(Enum):
    """A fill that carries white text, and shows on white, with a contrast of at least 4.5."""

    PLAIN = "#2b5c9e"
    MET = "#1d7044"
    SHORT = "#b3261e"
    WAITING = "#8a5a00"
    NONE = "#616e7c"
    SECOND = "#6a4c93"


def text_width(words: str, size: int = TEXT_SIZE) -> Decimal:
    """Estimate the drawn width in pixels: a wide character is one em, any other 0.6."""
    return size * sum((Decimal(1 if east_asian_width(char) in "WFA" else "0.6") for char in words), Decimal())


def shortened(words: str, room: Number, size: int = TEXT_SIZE) -> str:
    """Cut a text to the room that it has, with … at its end."""
    if text_width(words, size) <= room:
        return words
    while words and text_width(f"{words}…", size) > room:
        words = words[:-1]
    return f"{words}…"


def place(value: Number, top: Number, length: Number) -> Decimal:
    """Return where a value lies on an axis of that length.

    Units: pixels, cut to hundredths, so a value below a mark is never drawn beyond it.
    """
    return (Decimal(value) * length / Decimal(top)).quantize(HUNDREDTH, ROUND_DOWN)


def picture(
    *, title: str, description: str, width: Number, height: Number, parts: Iterable[SafeString]
) -> SafeString:
    """Wrap drawn parts as one image with a name and a description for screen readers."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {0} {1}"'
        ' width="{0}" height="{1}" font-family="{2}" font-size="{3}" fill="{4}">'
        "<title>{5}</title><desc>{6}</desc>{7}</svg>",
        width,
        height,
        FONT,
        TEXT_SIZE,
        INK,
        title,
        description,
        joined(parts),
    )


def joined(parts: Iterable[SafeString]) -> SafeString:
    """Set parts one after the other."""
    return format_html_join("", "{}", ((part,) for part in parts))


def rect(x: Number, y: Number, width: Number, height: Number, fill: str) -> SafeString:
    """Draw a filled rectangle."""
    return format_html('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>', x, y, width, height, fill)


def line(x1: Number, y1: Number, x2: Number, y2: Number, stroke: str) -> SafeString:
    """Draw a thin straight line."""
    return format_html('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}"/>', x1, y1, x2, y2, stroke)


def mark(x1: Number, y1: Number, x2: Number, y2: Number) -> SafeString:
    """Draw the dashed line of a requirement."""
    return format_html(
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="1.5" stroke-dasharray="5 3"/>',
        x1,
        y1,
        x2,
        y2,
        MARK,
    )


def text(
    x: Number, y: Number, words: str, *, anchor: str = "start", fill: str = INK, size: int = TEXT_SIZE
) -> SafeString:
    """Write words on a baseline; `anchor` is start, middle or end."""
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}" fill="{}" font-size="{}">{}</text>',
        x,
        y,
        anchor,
        fill,
        size,
        words,
    )
