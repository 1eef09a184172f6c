from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.dates import EARLIEST_DAY, LATEST_DAY
from portal.lib.findings import Finding, Severity
from portal.lib.tables.cells import as_choice, as_day, as_flag, as_integer, as_text, typed

MIDNIGHT = datetime.combine(date(2026, 6, 9), time.min)
MORNING = datetime.combine(date(2026, 6, 9), time(8, 30))
SEXES = {"男": "male", "女": "female"}
FORMS = "2026-06-09、2026/6/9 或 2026年6月9日"
CELLS = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.integers(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.booleans(),
)


def no(message):
    return Finding(code="table-cell", severity=Severity.ERROR, message=message)


@pytest.mark.parametrize(
    ("raw", "cell"),
    [
        ("", None),
        (None, None),
        (" \u3000\xa0", None),
        ("\u3000张三 ", "张三"),
        ("一\r\n二\r三\t四", "一\n二\n三\t四"),
        ("字" * 20, "字" * 20),
        ("字" * 21, no("应不超过20个字，这里有21个。")),
        ("张\x00三", no("含有看不见的控制字符（U+0000），请重新键入这一格。")),
        ("张\x1b三", no("含有看不见的控制字符（U+001B），请重新键入这一格。")),
        ("张\u202e三", no("含有看不见的控制字符（U+202E），请重新键入这一格。")),
        (3.0, 3),
        (-0.0, 0),
        (0.1 + 0.2, Decimal("0.3")),
        (1234.05, Decimal("1234.05")),
        (float("inf"), no("应为数字，这里超出了数字的范围。")),
        (float("nan"), no("应为数字，这里超出了数字的范围。")),
        (True, True),
        (date(2026, 6, 9), date(2026, 6, 9)),
        (MIDNIGHT, date(2026, 6, 9)),
        (MORNING, MORNING),
        (time(8, 30), no("应为文本、数字或日期，这里只有钟点或时长。")),
        (timedelta(hours=30), no("应为文本、数字或日期，这里只有钟点或时长。")),
    ],
)
def test_typed_cell(raw, cell):
    seen = typed(raw, longest=20)

    assert (type(seen), seen) == (type(cell), cell)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, None),
        ("张三", "张三"),
        (13812345678, "13812345678"),
        (999_999_999_999_999, "999999999999999"),
        (
            10**15,
            no("应为文本，这里是数字：表格软件只保留15位，末几位已经丢失。请设为文本格式后重新填写。"),
        ),
        (Decimal("1.5"), "1.5"),
        (Decimal("1E-7"), "0.0000001"),
        (True, no("应为文本，请把单元格设为文本格式后重新填写。")),
        (date(2026, 6, 9), no("应为文本，请把单元格设为文本格式后重新填写。")),
    ],
)
def test_as_text(value, read):
    assert as_text(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, None),
        (5, 5),
        ("-12", -12),
        ("１２", 12),
        ("1,234,567", 1234567),
        ("007", 7),
        ("1,23", no("应为整数（不超过15位），这里是“1,23”。")),
        ("12个", no("应为整数（不超过15位），这里是“12个”。")),
        ("1.0", no("应为整数（不超过15位），这里是“1.0”。")),
        ("1" * 16, no(f"应为整数（不超过15位），这里是“{'1' * 16}”。")),
        (10**15, no(f"应为整数（不超过15位），这里是“{10**15}”。")),
        (Decimal("1.5"), no("应为整数（不超过15位），这里是“1.5”。")),
        (True, no("应为整数（不超过15位），这里是“TRUE”。")),
        (date(2026, 6, 9), no("应为整数（不超过15位），这里是“2026-06-09”。")),
    ],
)
def test_as_integer(value, read):
    seen = as_integer(value)

    assert (type(seen), seen) == (type(read), read)


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 6, 9),
        "2026-06-09",
        "2026-6-9",
        "2026/6/9",
        "2026.06.09",
        "2026年6月9日",
        "２０２６／６／９",
    ],
)
def test_as_day_reads_every_form_that_means_one_day(value):
    assert as_day(value) == date(2026, 6, 9)


@pytest.mark.parametrize(
    "text", ["6/9/2026", "26-6-9", "9.6.26", "20260609", "2026-6", "2026/6-9", "六月九日"]
)
def test_as_day_refuses_what_could_mean_another_day(text):
    assert as_day(text) == no(f"应为日期，年在前、四位数（{FORMS}），这里是“{text}”。")


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, None),
        ("2026-02-29", no("日历上没有“2026-02-29”这一天，请检查月份和日期。")),
        ("0000年1月1日", no("日历上没有“0000年1月1日”这一天，请检查月份和日期。")),
        ("1899-12-31", no("“1899-12-31”超出范围，请填写1900年至2099年的日期。")),
        ("9999年12月31日", no("“9999-12-31”超出范围，请填写1900年至2099年的日期。")),
        (date(1, 1, 1), no("“0001-01-01”超出范围，请填写1900年至2099年的日期。")),
        ("1900-01-01", date(1900, 1, 1)),
        (date(2099, 12, 31), date(2099, 12, 31)),
        (46182, no(f"应为日期（{FORMS}），这里是“46182”。")),
        (MORNING, no("应为日期，这里还有钟点“08:30:00”，请只填日期。")),
    ],
)
def test_as_day_of_other_cells(value, read):
    assert as_day(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, None),
        ("男", "male"),
        ("男性", no("应为“男”、“女”之一，这里是“男性”。")),
        (1, no("应为“男”、“女”之一，这里是“1”。")),
    ],
)
def test_as_choice(value, read):
    assert as_choice(SEXES)(value) == read


def test_as_choice_names_ten_labels_at_most():
    labels = {f"第{number}类": number for number in range(12)}

    refused = as_choice(labels)("其他")

    assert isinstance(refused, Finding)
    assert refused.message.endswith("“第9类”等12个之一，这里是“其他”。")


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, None),
        ("是", True),
        ("否", False),
        (True, True),
        (False, False),
        ("Y", no("应为“是”或“否”，这里是“Y”。")),
        (1, no("应为“是”或“否”，这里是“1”。")),
    ],
)
def test_as_flag(value, read):
    seen = as_flag(value)

    assert (type(seen), seen) == (type(read), read)


@given(CELLS)
def test_readers_answer_every_cell_with_a_value_or_a_finding(value):
    assert isinstance(as_text(value), str | Finding | None)
    assert isinstance(as_integer(value), int | Finding | None)
    assert isinstance(as_day(value), date | Finding | None)
    assert isinstance(as_choice(SEXES)(value), str | Finding | None)
    assert isinstance(as_flag(value), bool | Finding | None)


@given(st.dates(EARLIEST_DAY, LATEST_DAY))
def test_as_day_reads_every_day_that_was_written(day):
    forms = [
        day.isoformat(),
        f"{day.year:04}/{day.month}/{day.day}",
        f"{day.year:04}年{day.month}月{day.day}日",
    ]

    assert [as_day(text) for text in forms] == [day, day, day]
