import time
from datetime import date, datetime, timedelta

import pytest

from portal.lib import dates


def test_parse_day_reads_iso_days():
    assert dates.parse_day("2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-6-9",
        "20260609",
        "2026-W24-2",
        "2026/06/09",
        "２０２６-０６-０９",
        " 2026-06-09",
        "2026-06-09\n",
    ],
)
def test_parse_day_refuses_other_forms(text):
    with pytest.raises(dates.DayError) as caught:
        dates.parse_day(text)

    assert str(caught.value) == f"“{text}”不是日期，请写成 2026-06-09 的形式。"


@pytest.mark.parametrize("text", ["2026-02-29", "2026-13-01", "2026-04-31", "2026-00-10", "0000-01-01"])
def test_parse_day_refuses_days_that_are_none(text):
    with pytest.raises(dates.DayError) as caught:
        dates.parse_day(text)

    assert str(caught.value) == f"日历上没有“{text}”这一天，请检查月份和日期。"


@pytest.mark.parametrize("text", ["1900-01-01", "2099-12-31"])
def test_parse_day_reads_the_first_day_and_the_last(text):
    assert dates.parse_day(text).isoformat() == text


@pytest.mark.parametrize("text", ["0001-01-01", "1799-12-31", "1899-12-31", "2100-01-01", "9999-12-31"])
def test_parse_day_refuses_days_that_no_record_bears(text):
    with pytest.raises(dates.DayError) as caught:
        dates.parse_day(text)

    assert str(caught.value) == f"“{text}”超出范围，请填写1900年至2099年的日期。"


def test_parse_day_repeats_only_the_start_of_a_long_text():
    with pytest.raises(dates.DayError) as caught:
        dates.parse_day("9" * 5000)

    assert str(caught.value) == f"“{'9' * 40}”不是日期，请写成 2026-06-09 的形式。"


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_today_is_the_day_in_beijing_whatever_the_machine_keeps(monkeypatch, zone):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        before, day, after = dates.now(), dates.today(), dates.now()
    time.tzset()

    assert before.utcoffset() == timedelta(hours=8)
    assert before.date() <= day <= after.date()


@pytest.mark.parametrize(
    ("day", "months", "moved"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 6, 9), 0, date(2026, 6, 9)),
    ],
)
def test_add_months_keeps_the_day_or_takes_the_last(day, months, moved):
    assert dates.add_months(day, months) == moved


@pytest.mark.parametrize(
    ("day", "years", "moved"),
    [
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2021, 6, 30), 5, date(2026, 6, 30)),
        (date(2021, 6, 30), -3, date(2018, 6, 30)),
    ],
)
def test_add_years_takes_leap_days_back_by_one(day, years, moved):
    assert dates.add_years(day, years) == moved


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 27), 0),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2025, 6, 9), date(2026, 6, 8), 11),
        (date(2025, 6, 9), date(2026, 6, 9), 12),
        (date(2026, 6, 9), date(2026, 6, 9), 0),
        (date(2026, 6, 9), date(2026, 6, 8), -1),
        (date(2026, 6, 9), date(2026, 5, 9), -1),
        (date(2026, 6, 9), date(2026, 5, 8), -2),
    ],
)
def test_months_between_counts_whole_months(start, end, months):
    assert dates.months_between(start, end) == months


def test_months_between_undoes_add_months_on_every_day_of_four_years():
    first = date(2024, 1, 1)
    days = [first + timedelta(days=offset) for offset in range(1461)]

    wrong = [
        (day, months)
        for day in days
        for months in (-13, -1, 0, 1, 6, 60)
        if dates.months_between(day, dates.add_months(day, months)) != months
    ]

    assert wrong == []


def test_official_day_has_no_leading_zeros():
    assert dates.official_day(datetime(2026, 6, 9, 8, 30, tzinfo=dates.BEIJING).date()) == "2026年6月9日"
