from datetime import date

import pytest

from members.likeness import Likeness, Traits, likeness, numbers_differ
from members.merging.rules import Span, clusters, joined

BORN = date(1970, 1, 1)


def day(number):
    return date(2020, 1, number)


def span(key, first, last):
    return Span(key=key, starts_on=day(first), ends_on=day(last) if last else None)


@pytest.mark.parametrize(
    ("days", "groups"),
    [
        ([(1, 5), (5, 9)], [[1, 2]]),  # the last day still counts
        ([(1, 4), (5, 9)], [[1], [2]]),
        ([(1, None), (9, None)], [[1, 2]]),
        ([(5, None), (1, 4)], [[2], [1]]),
        ([(1, 9), (2, 3), (8, 12)], [[1, 2, 3]]),  # by way of another
        ([], []),
    ],
)
def test_spans_that_share_days_are_grouped(days, groups):
    spans = [span(key, *ends) for key, ends in enumerate(days, start=1)]

    assert [[each.key for each in group] for group in clusters(spans)] == groups


@pytest.mark.parametrize(
    ("days", "whole"),
    [([(1, 5), (3, 9)], (1, 9)), ([(3, None), (1, 5)], (1, None)), ([(2, 8), (3, 4)], (2, 8))],
)
def test_joined_span_reaches_from_the_first_to_the_last_day(days, whole):
    spans = [span(key, *ends) for key, ends in enumerate(days, start=1)]

    assert joined(spans, key=7) == span(7, *whole)


def traits(name="某人", born_on=BORN, number=None):
    return Traits(name=name, born_on=born_on, id_number_hash=number)


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        (traits(number="a"), traits(name="别人", born_on=None, number="a"), Likeness.NUMBER),
        (traits(), traits(), Likeness.NAME),
        (traits(number="a"), traits(), Likeness.NAME),
        (traits(number="a"), traits(number="b"), None),
        (traits(born_on=None), traits(born_on=None), None),
        (traits(), traits(born_on=None), None),
        (traits(), traits(name="别人"), None),
    ],
)
def test_likeness_is_the_same_both_ways(one, other, verdict):
    assert (likeness(one, other), likeness(other, one)) == (verdict, verdict)


@pytest.mark.parametrize(("number", "differs"), [("a", False), ("b", True), (None, False)])
def test_numbers_differ_when_both_are_known(number, differs):
    assert numbers_differ(traits(number="a"), traits(number=number)) is differs
