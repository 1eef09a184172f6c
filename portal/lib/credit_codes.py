"""Unified social credit codes (统一社会信用代码) of organisations."""

import re
from unicodedata import normalize

from stdnum.cn import uscc

# Two places for who registers and what kind, six digits of the division, nine of the organisation, one to
# check. The first two may be letters (村集体经济组织 begin with N), which stdnum's own check refuses.
LETTERS = "0-9A-HJ-NPQRTUWXY"
SHAPE = re.compile(f"[{LETTERS}]{{2}}[0-9]{{6}}[{LETTERS}]{{10}}")
SEPARATORS = re.compile(r"[\s\u200b\ufeff-]+")
LENGTH = 18


class CreditCodeError(ValueError):
    """A value that is no credit code; its message is Chinese and may be shown to the user."""


def read_credit_code(given: object) -> str:
    """Return the code in 18 capital letters and digits.

    Raises: CreditCodeError; for a number cell too, because its last digits are already lost.
    Source: GB 32100-2015, 4 and 5.
    """
    if not isinstance(given, str):
        raise CreditCodeError(
            "统一社会信用代码应为文本，这里是数字：表格软件只保留15位数字，末几位已经丢失。请把该列设为文本格式后重新填写。"
        )
    code = SEPARATORS.sub("", normalize("NFKC", given)).upper()
    if len(code) != LENGTH:
        raise CreditCodeError(f"统一社会信用代码应为18位，这里是{len(code)}位。")
    if not SHAPE.fullmatch(code):
        raise CreditCodeError(
            "统一社会信用代码应由数字和大写字母（不含I、O、S、V、Z）组成，第3至8位为行政区划代码。"
        )
    if uscc.calc_check_digit(code) != code[-1]:
        raise CreditCodeError("统一社会信用代码的校验码（最后一位）不符，请对照证书检查每一位。")
    return code
