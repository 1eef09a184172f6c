"""Resident ID numbers (公民身份号码): read from what people type, checked, completed to 18 digits."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from unicodedata import normalize

from stdnum.cn import ric

Sex = Literal["female", "male"]

# The divisions of the number's first two digits; 81–83 open the residence permits of Hong Kong, Macao and
# Taiwan residents, which are built the same way. The third to sixth digits may name a county of any year
# since 1949 and are therefore not compared with today's list.
REGION = re.compile(r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71)(?!0000)[0-9]{4}|8[1-3][0-9]{4}")
FULL = re.compile(r"[0-9]{17}[0-9X]")
OLD = re.compile(r"[0-9]{15}")
SEPARATORS = re.compile(r"[\s\u200b\ufeff-]+")


class IdNumberError(ValueError):
    """A value that is no ID number; its message is Chinese, may be shown, and never repeats the number."""


@dataclass(frozen=True, kw_only=True)
class IdNumber:
    """A checked number of 18 characters and what it says; nothing of it appears in a repr or a log."""

    number: str = field(repr=False)
    born_on: date = field(repr=False)
    sex: Sex = field(repr=False)


def read_id_number(given: object, *, on: date) -> IdNumber:
    """Read a number of 18 or 15 digits; the birth date may not lie after `on`.

    Raises: IdNumberError; for a number cell too, because its last digits are already lost.
    Source: GB 11643-1999, 4 and annex A.
    """
    number = normal_form(given)
    _check_region(number)
    born_on = _birth_date(number, on)
    if ric.calc_check_digit(number) != number[-1]:
        raise IdNumberError("身份证号的校验码（最后一位）不符，请对照证件检查每一位。")
    return IdNumber(number=number, born_on=born_on, sex="male" if int(number[16]) % 2 else "female")


def normal_form(given: object) -> str:
    """Return the 18 characters under which a number is kept and looked up; whether it can exist is not asked.

    Raises: IdNumberError.
    """
    return _completed(_compact(given))


def _compact(given: object) -> str:
    if not isinstance(given, str):
        raise IdNumberError(
            "身份证号应为文本，这里是数字：表格软件只保留15位数字，末几位已经丢失。请把该列设为文本格式后重新填写。"
        )
    # NFKC turns the full-width digits and letters of Chinese keyboards into plain ones.
    return SEPARATORS.sub("", normalize("NFKC", given)).upper()


def _completed(number: str) -> str:
    if OLD.fullmatch(number):
        # Numbers of 15 digits ended with people born in the 20th century.
        longer = f"{number[:6]}19{number[6:]}"
        return longer + ric.calc_check_digit(f"{longer}0")
    if FULL.fullmatch(number):
        return number
    if len(number) not in (15, 18):
        raise IdNumberError(f"身份证号应为18位（或旧式15位），这里是{len(number)}位。")
    raise IdNumberError("身份证号应由数字组成，只有第18位可以是X。")


def _check_region(number: str) -> None:
    if not REGION.match(number):
        raise IdNumberError("身份证号的前6位应为行政区划代码，请对照证件检查。")


def _birth_date(number: str, on: date) -> date:
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdNumberError("身份证号的第7至14位应为出生日期，日历上没有这一天。") from None
    if born_on > on:
        raise IdNumberError(f"身份证号中的出生日期不应晚于{on.isoformat()}，请检查第7至14位。")
    return born_on
