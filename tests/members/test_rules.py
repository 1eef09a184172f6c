from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest

from associations.enums import Body, Level
from members.enums import TermState
from members.rules import (
    QuotaResult,
    QuotaVerdict,
    default_term_years,
    judge_quota,
    last_due_soon,
    seats_meet_quota,
    session_name,
    term_due_on,
    term_state,
)

PERCENTS = (
    Decimal(0),
    Decimal(20),
    Decimal("33.33"),
    Decimal(40),
    Decimal(60),
    Decimal("99.99"),
    Decimal(100),
)


def verdict(result, percent, replacement=0, addition=0):
    return QuotaVerdict(
        result=result,
        percent=None if percent is None else Decimal(percent),
        short_by_replacement=replacement,
        short_by_addition=addition,
    )


@pytest.mark.parametrize(
    ("counted", "total", "min_percent", "expected"),
    [
        (20, 50, 30, verdict(QuotaResult.MET, "40.0")),
        (20, 50, 40, verdict(QuotaResult.MET, "40.0")),
        (20, 50, 50, verdict(QuotaResult.SHORT, "40.0", 5, 10)),
        (20, 50, None, verdict(QuotaResult.NO_RULE, "40.0")),
        (161, 403, 40, verdict(QuotaResult.SHORT, "39.9", 1, 1)),
        (162, 403, 40, verdict(QuotaResult.MET, "40.1")),
        (17, 43, 40, verdict(QuotaResult.SHORT, "39.5", 1, 1)),
        (18, 43, 40, verdict(QuotaResult.MET, "41.8")),
        (0, 0, 40, verdict(QuotaResult.NO_COUNCIL, None)),
        (0, 0, None, verdict(QuotaResult.NO_RULE, None)),
        (0, 1, 0, verdict(QuotaResult.MET, "0.0")),
        (9, 10, 100, verdict(QuotaResult.SHORT, "90.0", 1, None)),
        (10, 10, 100, verdict(QuotaResult.MET, "100.0")),
    ],
)
def test_quota_verdict_is_exact(counted, total, min_percent, expected):
    percent = None if min_percent is None else Decimal(min_percent)

    assert judge_quota(counted=counted, total=total, min_percent=percent) == expected


@pytest.mark.parametrize("min_percent", PERCENTS)
def test_quota_agrees_with_fractions_for_every_council_up_to_300(min_percent):
    asked = Fraction(min_percent) / 100

    for total in range(1, 301):
        needed = ceil(asked * total)
        for counted in range(total + 1):
            is_met = Fraction(counted, total) >= asked
            assert seats_meet_quota(counted=counted, total=total, min_percent=min_percent) is is_met
            assert is_met is (counted >= needed)


@pytest.mark.parametrize("min_percent", [Decimal(30), Decimal("33.33"), Decimal(40)])
@pytest.mark.parametrize("total", [1, 7, 43, 99, 300])
def test_shortfalls_are_the_smallest_that_mend_the_quota(min_percent, total):
    for counted in range(total + 1):
        quota = judge_quota(counted=counted, total=total, min_percent=min_percent)
        swap, add = quota.short_by_replacement, quota.short_by_addition

        assert seats_meet_quota(counted=counted + swap, total=total, min_percent=min_percent)
        assert seats_meet_quota(counted=counted + add, total=total + add, min_percent=min_percent)
        if quota.result == QuotaResult.SHORT:
            assert not seats_meet_quota(counted=counted + swap - 1, total=total, min_percent=min_percent)
            assert not seats_meet_quota(
                counted=counted + add - 1, total=total + add - 1, min_percent=min_percent
            )


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2024, 7, 9), TermState.IN_TERM),
        (date(2024, 7, 10), TermState.DUE_SOON),
        (date(2025, 1, 10), TermState.DUE_SOON),
        (date(2025, 1, 11), TermState.OVERDUE),
        (date(2026, 1, 10), TermState.OVERDUE),
        (date(2026, 1, 11), TermState.LONG_OVERDUE),
    ],
)
def test_term_state_changes_on_its_days(on, state):
    due_on = term_due_on(date(2020, 1, 10), years=5)

    assert term_state(due_on=due_on, on=on) == state


@pytest.mark.parametrize(
    ("on", "last"),
    [
        (date(2024, 7, 10), date(2025, 1, 10)),
        (date(2023, 2, 28), date(2023, 8, 31)),
        (date(2023, 8, 30), date(2024, 2, 29)),
        (date(2023, 8, 31), date(2024, 2, 29)),
    ],
)
def test_last_due_day_that_is_soon_is_where_the_state_changes(on, last):
    assert last_due_soon(on) == last
    assert term_state(due_on=last, on=on) == TermState.DUE_SOON
    assert term_state(due_on=last + timedelta(days=1), on=on) == TermState.IN_TERM


def test_term_state_without_term_is_none():
    assert term_state(due_on=None, on=date(2024, 1, 1)) == TermState.NONE


def test_term_that_began_on_leap_day_is_due_on_the_last_of_february():
    assert term_due_on(date(2020, 2, 29), years=5) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("level", "years"),
    [
        (Level.PROVINCE, 5),
        (Level.CITY, 5),
        (Level.COUNTY, 5),
        (Level.TOWNSHIP, 3),
        (Level.VILLAGE, 3),
        (Level.UNIT, 3),
    ],
)
def test_default_term_is_shorter_at_the_grass_roots(level, years):
    assert default_term_years(level) == years


@pytest.mark.parametrize(
    ("term", "body", "number", "is_enlarged", "name"),
    [
        (5, Body.CONGRESS, 1, False, "第五次会员代表大会"),
        (5, Body.CONGRESS, 2, False, "第五次会员代表大会第二次会议"),
        (5, Body.COUNCIL, 2, False, "五届二次理事会"),
        (5, Body.STANDING, 2, False, "五届二次常务理事会"),
        (9, Body.COUNCIL, 2, True, "九届二次理事(扩大)会议"),
    ],
)
def test_session_is_named_as_documents_name_it(term, body, number, is_enlarged, name):
    assert session_name(term=term, body=body, number=number, is_enlarged=is_enlarged) == name
