from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from portal.lib.id_numbers import IdNumber, IdNumberError, read_id_number

ON = date(2026, 6, 30)
# The example of GB 11643 itself.
NUMBER = "11010519491231002X"
EXAMPLE = IdNumber(number=NUMBER, born_on=date(1949, 12, 31), sex="female")


def numbered(region="360102", born_on="19900307", serial="123"):
    body = f"{region}{born_on}{serial}"
    return body + ric.calc_check_digit(f"{body}0")


def refusal(given, on=ON):
    with pytest.raises(IdNumberError) as caught:
        read_id_number(given, on=on)
    return str(caught.value)


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER,
        "11010519491231002x",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105194912310\u3000\u200b02ｘ\ufeff",
        "\xa011010519491231002X\n",
    ],
)
def test_id_number_is_read_however_it_was_typed(typed):
    assert read_id_number(typed, on=ON) == EXAMPLE


def test_id_number_of_fifteen_digits_is_completed():
    assert read_id_number("110105491231002", on=ON) == EXAMPLE


@pytest.mark.parametrize(("serial", "sex"), [("123", "male"), ("122", "female"), ("120", "female")])
def test_id_number_tells_the_sex_by_its_seventeenth_digit(serial, sex):
    assert read_id_number(numbered(serial=serial), on=ON).sex == sex


@pytest.mark.parametrize("number", [110105194912310021, 1.10105194912310e17, True, None])
def test_id_number_in_a_number_cell_is_refused_with_the_reason(number):
    assert refusal(number) == (
        "身份证号应为文本，这里是数字：表格软件只保留15位数字，末几位已经丢失。请把该列设为文本格式后重新填写。"
    )


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "身份证号应为18位（或旧式15位），这里是0位。"),
        (NUMBER[:-1], "身份证号应为18位（或旧式15位），这里是17位。"),
        (f"{NUMBER}1", "身份证号应为18位（或旧式15位），这里是19位。"),
        ("1.10105194912310E+17", "身份证号应为18位（或旧式15位），这里是20位。"),
        ("1101051949123100XX", "身份证号应由数字组成，只有第18位可以是X。"),
        ("11010549123100X", "身份证号应由数字组成，只有第18位可以是X。"),
        ("110105194912310021", "身份证号的校验码（最后一位）不符，请对照证件检查每一位。"),
        (numbered(region="160102"), "身份证号的前6位应为行政区划代码，请对照证件检查。"),
        (numbered(region="360000"), "身份证号的前6位应为行政区划代码，请对照证件检查。"),
        (numbered(born_on="19900230"), "身份证号的第7至14位应为出生日期，日历上没有这一天。"),
        (numbered(born_on="00000101"), "身份证号的第7至14位应为出生日期，日历上没有这一天。"),
        (numbered(born_on="20260701"), "身份证号中的出生日期不应晚于2026-06-30，请检查第7至14位。"),
    ],
)
def test_id_number_refusal_names_what_was_expected(typed, message):
    assert refusal(typed) == message


def test_id_number_of_a_child_born_today_is_read():
    assert read_id_number(numbered(born_on="20260630"), on=ON).born_on == ON


@pytest.mark.parametrize("region", ["810000", "820000", "830000", "710000"[:2] + "0100"])
def test_id_number_of_a_residence_permit_is_read(region):
    number = numbered(region=region)

    assert read_id_number(number, on=ON).number == number


def test_id_number_is_not_shown_by_repr():
    assert repr(EXAMPLE) == "IdNumber()"


def test_id_number_notices_every_single_wrong_digit_and_every_swap():
    number = numbered()
    wrong = [
        number[:place] + digit + number[place + 1 :]
        for place in range(17)
        for digit in "0123456789"
        if digit != number[place]
    ]
    swapped = [
        number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        for place in range(16)
        if number[place] != number[place + 1]
    ]

    taken = [text for text in wrong + swapped if _is_taken(text)]

    assert taken == []


@given(
    born_on=st.dates(date(1900, 1, 1), ON),
    serial=st.integers(0, 999),
    region=st.sampled_from(["360102", "310107", "230402", "420902"]),
)
def test_id_number_gives_back_what_it_was_made_of(born_on, serial, region):
    number = numbered(region, f"{born_on:%Y%m%d}", f"{serial:03}")

    assert read_id_number(number.lower(), on=born_on) == IdNumber(
        number=number, born_on=born_on, sex="male" if serial % 2 else "female"
    )
    assert "晚于" in refusal(number, on=born_on - timedelta(days=1))


@given(st.text(max_size=40))
def test_id_number_refuses_any_other_text_with_its_own_error(text):
    assert not _is_taken(text) or len(text) >= 15


def _is_taken(text):
    try:
        read_id_number(text, on=ON)
    except IdNumberError:
        return False
    return True
