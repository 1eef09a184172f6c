import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from portal.lib.credit_codes import CreditCodeError, read_credit_code

CODE = "91110000600037341L"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def refusal(given):
    with pytest.raises(CreditCodeError) as caught:
        read_credit_code(given)
    return str(caught.value)


@pytest.mark.parametrize(
    "typed", [CODE, CODE.lower(), " 9111 0000 6000 37341L ", "９１１１００００６０００３７３４１Ｌ"]
)
def test_credit_code_is_read_however_it_was_typed(typed):
    assert read_credit_code(typed) == CODE


def test_credit_code_of_a_village_collective_begins_with_a_letter():
    body = "N2360102MF0000001"
    code = body + uscc.calc_check_digit(body)

    assert read_credit_code(code) == code


@pytest.mark.parametrize("number", [911100006000373410, 9.1e17])
def test_credit_code_in_a_number_cell_is_refused_with_the_reason(number):
    assert refusal(number) == (
        "统一社会信用代码应为文本，这里是数字：表格软件只保留15位数字，末几位已经丢失。请把该列设为文本格式后重新填写。"
    )


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "统一社会信用代码应为18位，这里是0位。"),
        (CODE[:-1], "统一社会信用代码应为18位，这里是17位。"),
        (
            CODE.replace("L", "I"),
            "统一社会信用代码应由数字和大写字母（不含I、O、S、V、Z）组成，第3至8位为行政区划代码。",
        ),
        (
            "91A10000600037341L",
            "统一社会信用代码应由数字和大写字母（不含I、O、S、V、Z）组成，第3至8位为行政区划代码。",
        ),
        (CODE.replace("L", "M"), "统一社会信用代码的校验码（最后一位）不符，请对照证书检查每一位。"),
    ],
)
def test_credit_code_refusal_names_what_was_expected(typed, message):
    assert refusal(typed) == message


@given(
    kind=st.text(ALPHABET, min_size=2, max_size=2),
    region=st.integers(110000, 659999),
    organisation=st.text(ALPHABET, min_size=9, max_size=9),
)
def test_credit_code_gives_back_what_it_was_made_of(kind, region, organisation):
    body = f"{kind}{region}{organisation}"
    code = body + uscc.calc_check_digit(body)

    assert read_credit_code(code) == code


@pytest.mark.parametrize("place", range(17))
def test_credit_code_notices_every_single_wrong_character(place):
    letters = "0123456789" if 2 <= place < 8 else ALPHABET
    wrong = [CODE[:place] + letter + CODE[place + 1 :] for letter in letters if letter != CODE[place]]

    assert {refusal(code) for code in wrong} == {
        "统一社会信用代码的校验码（最后一位）不符，请对照证书检查每一位。"
    }
