"""Figures as a report states them: percentages that never flatter, ordinals in Chinese numerals."""

from decimal import Decimal

DIGITS = "零一二三四五六七八九"


def percent_cut(numerator: int, denominator: int) -> Decimal:
    """Return numerator of denominator as a percentage cut to one decimal.

    Units: percent with exactly one decimal. Cut and not rounded, because 161 of 403 is short of 40 %
    and a label of 40.0 % would contradict the verdict beside it.
    Raises: ValueError when the denominator is not positive or the numerator is negative.
    """
    if denominator <= 0:
        raise ValueError("a percentage needs a positive denominator")
    if numerator < 0:
        raise ValueError("a count cannot be negative")
    return Decimal(numerator * 1000 // denominator).scaleb(-1)


def grouped(number: int) -> str:
    """Write a count with a comma before every three digits, as in 1,674."""
    return f"{number:,}"


def chinese_numeral(number: int) -> str:
    """Write 1 to 99 in Chinese numerals, as in 第五届 or 二十一.

    Raises: ValueError outside that range; no association counts its terms further.
    """
    if not 1 <= number <= 99:
        raise ValueError(f"no numeral is spelled for {number}")
    tens, ones = divmod(number, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return lead + (DIGITS[ones] if ones else "")
