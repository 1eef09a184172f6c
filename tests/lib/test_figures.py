from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest

from portal.lib.figures import chinese_numeral, grouped, percent_cut


def test_percent_cut_of_every_pair_up_to_1000_is_the_floor_of_the_exact_share():
    wrong = [(n, d) for d in range(1, 1001) for n in range(d + 1) if percent_cut(n, d) * 10 != n * 1000 // d]

    assert wrong == []


def test_percent_cut_agrees_with_fractions_above_and_below_one():
    pairs = [(n, d) for d in range(1, 1001, 7) for n in range(0, 1001, 11)]

    shown = [percent_cut(n, d) for n, d in pairs]

    assert shown == [Decimal(floor(Fraction(n * 1000, d))) / 10 for n, d in pairs]


def test_percent_cut_never_reaches_a_requirement_that_is_missed():
    contradictions = [
        (n, d, required)
        for required in (20, 30, 40, 50, 60)
        for d in range(1, 1001)
        for n in (required * d // 100 - 1, required * d // 100, required * d // 100 + 1)
        if n >= 0 and (percent_cut(n, d) >= required) != (n * 100 >= required * d)
    ]

    assert contradictions == []


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(161, 403, "39.9"), (17, 43, "39.5"), (20, 50, "40.0"), (0, 7, "0.0"), (7, 7, "100.0"), (2, 3, "66.6")],
)
def test_percent_cut_is_written_with_one_decimal(numerator, denominator, shown):
    assert str(percent_cut(numerator, denominator)) == shown


@pytest.mark.parametrize(("numerator", "denominator"), [(1, 0), (0, 0), (1, -4), (-1, 4)])
def test_percent_cut_refuses_counts_that_are_none(numerator, denominator):
    with pytest.raises(ValueError, match=r"denominator|negative"):
        percent_cut(numerator, denominator)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "一"),
        (5, "五"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (19, "十九"),
        (20, "二十"),
        (21, "二十一"),
        (99, "九十九"),
    ],
)
def test_chinese_numeral_writes_ordinals(number, written):
    assert chinese_numeral(number) == written


def test_chinese_numeral_is_different_for_every_number():
    assert len({chinese_numeral(number) for number in range(1, 100)}) == 99


@pytest.mark.parametrize("number", [0, -1, 100])
def test_chinese_numeral_refuses_numbers_outside_its_range(number):
    with pytest.raises(ValueError, match="no numeral"):
        chinese_numeral(number)


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")]
)
def test_count_has_a_comma_before_every_three_digits(number, shown):
    assert grouped(number) == shown
