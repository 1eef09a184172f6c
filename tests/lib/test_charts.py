import re
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils.safestring import SafeString

from portal.lib import axes, charts, svg
from portal.lib.line_chart import Series, lines
from portal.lib.svg import Tone

EVIL = "</text><script>alert(1)</script>\"'&"


def bar(value, *, label="东湖区", shown="", tone=Tone.PLAIN):
    return charts.Bar(label=label, value=value, shown=shown, tone=tone)


def every_chart(words):
    named = {"title": words, "description": words}
    bars = [bar(1, label=words, shown=words)]
    target = charts.Target(value=1, label=words)
    return [
        charts.horizontal_bars(**named, bars=bars, target=target),
        charts.vertical_bars(**named, bars=bars, target=target),
        charts.share_bar(**named, parts=[charts.Part(label=words, value=1, shown=words)]),
        charts.ring(**named, value=1, total=2, shown=words),
        lines(**named, labels=[words], series=[Series(label=words, values=[1], shown=words)]),
    ]


def contrast(first, second):
    def luminance(colour):
        channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([luminance(first), luminance(second)])
    return (high + 0.05) / (low + 0.05)


def bar_widths(drawing, tone=Tone.PLAIN):
    return [
        Decimal(width)
        for width in re.findall(rf'<rect [^>]*width="([\d.]+)"[^>]*fill="{tone.value}"', drawing)
    ]


@pytest.mark.parametrize("colour", [*(tone.value for tone in Tone), svg.INK, svg.AXIS, svg.MARK])
def test_colours_of_text_have_contrast_on_paper(colour):
    assert contrast(colour, svg.PAPER) >= 4.5


@pytest.mark.parametrize("drawing", every_chart(EVIL))
def test_chart_escapes_every_text(drawing):
    assert isinstance(drawing, SafeString)
    assert "<script" not in drawing
    assert "alert(1)</script>" not in drawing


@pytest.mark.parametrize("drawing", every_chart("东湖区"))
def test_chart_is_a_named_image_without_styles_or_scripts(drawing):
    assert re.match(r'<svg [^>]*role="img"[^>]*><title>东湖区</title><desc>东湖区</desc>', drawing)
    assert re.findall(r"style|script|href|\bon\w+=", drawing) == []


def test_horizontal_bars_below_the_mark_end_before_it():
    values = [Decimal(tenths).scaleb(-1) for tenths in range(390, 411)]

    drawing = charts.horizontal_bars(
        title="比例",
        description="比例",
        bars=[bar(value) for value in values],
        target=charts.Target(value=40, label="≥40%"),
        top=100,
    )

    mark = Decimal(re.search(r'<line x1="([\d.]+)"[^>]*stroke-dasharray', drawing)[1])
    start = Decimal(re.search(r'<rect x="([\d.]+)"', drawing)[1])
    reached = [start + width >= mark for width in bar_widths(drawing)]
    assert reached == [value >= 40 for value in values]


def test_horizontal_bars_are_as_long_as_their_values():
    drawing = charts.horizontal_bars(title="数", description="数", bars=[bar(1), bar(2), bar(4)])

    one, two, four = bar_widths(drawing)
    assert (abs(two - 2 * one) <= Decimal("0.02"), abs(four - 4 * one) <= Decimal("0.04")) == (True, True)


def test_bar_without_value_shows_its_words_only():
    drawing = charts.horizontal_bars(
        title="比例", description="比例", bars=[bar(None, shown="未建", tone=Tone.NONE)]
    )

    assert bar_widths(drawing, Tone.NONE) == []
    assert ">未建</text>" in drawing


def test_bar_above_the_top_stays_inside_the_picture():
    drawing = charts.horizontal_bars(title="比例", description="比例", bars=[bar(250)], top=100)

    [width] = bar_widths(drawing)
    assert width < charts.WIDTH


@pytest.mark.parametrize("draw", [charts.horizontal_bars, charts.vertical_bars])
def test_bars_of_nothing_are_an_empty_picture(draw):
    drawing = draw(title="比例", description="没有数据", bars=[])

    assert (drawing.startswith("<svg "), drawing.endswith("</svg>")) == (True, True)
    assert bar_widths(drawing) == []


def test_share_bar_fills_its_whole_width_without_gaps():
    values = [1, 1, 1, 97, 33]

    drawing = charts.share_bar(
        title="构成",
        description="构成",
        parts=[charts.Part(label=str(value), value=value, shown=str(value)) for value in values],
    )

    pattern = rf'<rect x="([\d.]+)" y="4" width="([\d.]+)" height="28" fill="{Tone.PLAIN.value}"'
    rects = re.findall(pattern, drawing)
    spans = [(Decimal(x), Decimal(x) + Decimal(width)) for x, width in rects]
    assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]
    assert (spans[0][0], spans[-1][1]) == (0, charts.WIDTH)


def test_share_bar_of_an_empty_whole_draws_no_part():
    drawing = charts.share_bar(
        title="构成", description="构成", parts=[charts.Part(label="甲", value=0, shown="0", tone=Tone.MET)]
    )

    assert [width for width in bar_widths(drawing, Tone.MET) if width != 11] == [0]


@pytest.mark.parametrize(
    ("value", "total", "dashes"),
    [
        (161, 403, ["400 0", "159.80 240.20"]),
        (5, 5, ["400 0", "400.00 0.00"]),
        (9, 5, ["400 0", "400.00 0.00"]),
        (0, 5, ["400 0"]),
        (0, 0, ["400 0"]),
    ],
)
def test_ring_arc_is_the_exact_share(value, total, dashes):
    drawing = charts.ring(title="率", description="率", value=value, total=total, shown="")

    assert re.findall(r'stroke-dasharray="([^"]+)"', drawing) == dashes


def test_lines_leave_a_gap_where_a_value_is_missing():
    series = [Series(label="率", values=[1, 2, None, 3, 4], shown="4")]

    drawing = lines(title="率", description="率", labels=list("一二三四五"), series=series)

    runs = [points.split() for points in re.findall(r'points="([^"]*)"', drawing)]
    assert [len(run) for run in runs] == [2, 2]


def test_lines_with_the_same_end_keep_their_names_apart():
    series = [Series(label=name, values=[5, 5], shown="5") for name in ("甲", "乙", "丙")]

    drawing = lines(title="率", description="率", labels=["一", "二"], series=series)

    heights = sorted(Decimal(y) for y in re.findall(r'y="([\d.]+)"[^>]*>[甲乙丙] 5<', drawing))
    assert [second - first >= svg.TEXT_SIZE for first, second in pairwise(heights)] == [True, True]


@pytest.mark.parametrize(
    ("values", "top"),
    [([], 4), ([None], 4), ([3], 4), ([4], 4), ([5], 8), ([9], 10), ([41], 80), ([100], 100), ([101], 200)],
)
def test_axis_top_is_the_next_round_number(values, top):
    assert axes.axis_top(values) == top


@pytest.mark.parametrize(
    ("words", "room", "shown"),
    [("东湖区", 39, "东湖区"), ("东湖区", 38, "东…"), ("东湖区", 13, "…"), ("", 5, "")],
)
def test_shortened_fits_its_room(words, room, shown):
    assert svg.shortened(words, room) == shown


def test_wrapped_keeps_every_character_while_three_lines_hold_it():
    assert axes.wrapped("双江拉祜族佤族布朗族", 44) == ["双江拉祜", "族佤族布", "朗族"]


def test_wrapped_cuts_the_third_line_of_a_longer_name():
    assert axes.wrapped("双江拉祜族佤族布朗族傣族自治县", 44) == ["双江拉祜", "族佤族布", "朗族傣…"]
