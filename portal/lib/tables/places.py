"""Findings that know their place in a table, and the refusal of a whole file."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from portal.lib.findings import Finding, RuleViolation, Severity

MOST_NAMED = 10
MOST_FINDINGS = 20
SHOWN_TEXT = 40


class TableRefused(RuleViolation):
    """Refuse a file as a whole; no row of it was taken."""


@dataclass(frozen=True, kw_only=True)
class PlacedFinding(Finding):
    """A finding about a sheet, row or column; the message names the place, the fields let a workbook mark it.

    Units: `row` counts from 1 as spreadsheets do; `letter` is the column's, `header` its title.
    """

    sheet: str = ""
    row: int | None = None
    letter: str = ""
    header: str = ""


def found(
    code: str, message: str, *, sheet: str = "", row: int | None = None, letter: str = "", header: str = ""
) -> PlacedFinding:
    """Return an error whose message begins with its place: 工作表“会员”第5行C列（身份证号）：…"""
    place = _words(sheet, row, letter, header)
    return PlacedFinding(
        code=code,
        severity=Severity.ERROR,
        message=f"{place}：{message}" if place else message,
        sheet=sheet,
        row=row,
        letter=letter,
        header=header,
    )


def refusal(code: str, message: str) -> TableRefused:
    """Return the refusal of a file for one reason without a place."""
    return TableRefused([found(code, message)])


def letter_of(index: int) -> str:
    """Return the letters of a column; 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@cache
def index_of(letters: str) -> int:
    """Return the index of a column; A is 0, AA is 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def named(names: Sequence[str]) -> str:
    """List at most ten names: “姓名”、“性别”等12个."""
    words = "、".join(f"“{shown(name)}”" for name in names[:MOST_NAMED])
    return words if len(names) <= MOST_NAMED else f"{words}等{len(names)}个"


def shown(text: str) -> str:
    """Cut a foreign text to what a message can carry; what does not print is left out."""
    return "".join(char for char in text[:SHOWN_TEXT] if char.isprintable())


def _words(sheet: str, row: int | None, letter: str, header: str) -> str:
    return (
        (f"工作表“{shown(sheet)}”" if sheet else "")
        + (f"第{row}行" if row else "")
        + (f"{letter}列" if letter else "")
        + (f"（{shown(header)}）" if header else "")
    )
