"""Quotas, terms and the names of sessions: pure arithmetic on facts."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from math import ceil

from associations.enums import Body, Level
from portal.lib.dates import add_months, add_years
from portal.lib.figures import chinese_numeral, percent_cut

from .enums import TermState


class QuotaResult(StrEnum):
    """What the seats of a body amount to under the rule that binds it."""

    MET = "met"
    SHORT = "short"
    NO_COUNCIL = "no_council"
    NO_RULE = "no_rule"

    @property
    def label(self) -> str:
        return QUOTA_LABELS[self]


QUOTA_LABELS = {
    QuotaResult.MET: "达标",
    QuotaResult.SHORT: "未达标",
    QuotaResult.NO_COUNCIL: "未建",
    QuotaResult.NO_RULE: "无规定",
}


@dataclass(frozen=True, kw_only=True)
class QuotaVerdict:
    """The verdict and the seats it would take; `percent` is cut to one decimal, None without seats."""

    result: QuotaResult
    percent: Decimal | None
    short_by_replacement: int
    short_by_addition: int | None


def seats_meet_quota(*, counted: int, total: int, min_percent: Decimal) -> bool:
    """Claim that `counted` of `total` seats reach `min_percent` per cent: "以上" includes the number."""
    return total > 0 and counted * 100 >= min_percent * total


def judge_quota(*, counted: int, total: int, min_percent: Decimal | None) -> QuotaVerdict:
    """Judge a body's seats against a quota.

    Units: percent 0–100; the shortfalls are whole seats, 0 where nothing is missing or nothing is asked;
    `short_by_addition` is None where no number of added seats would do (a quota of 100 %).
    Source: 赣卫办字〔2020〕4号 二（三）, 鹤向政办发〔2022〕4号 二（一）2, 普府办〔2022〕2号 二（一）3.
    """
    percent = percent_cut(counted, total) if total else None
    if min_percent is None:
        return QuotaVerdict(
            result=QuotaResult.NO_RULE, percent=percent, short_by_replacement=0, short_by_addition=0
        )
    if not total:
        return QuotaVerdict(
            result=QuotaResult.NO_COUNCIL, percent=None, short_by_replacement=0, short_by_addition=0
        )
    if seats_meet_quota(counted=counted, total=total, min_percent=min_percent):
        return QuotaVerdict(
            result=QuotaResult.MET, percent=percent, short_by_replacement=0, short_by_addition=0
        )
    return QuotaVerdict(
        result=QuotaResult.SHORT,
        percent=percent,
        short_by_replacement=ceil(min_percent * total / 100) - counted,
        short_by_addition=_added_seats(counted=counted, total=total, min_percent=min_percent),
    )


def _added_seats(*, counted: int, total: int, min_percent: Decimal) -> int | None:
    # (counted + k) * 100 >= p * (total + k)  ⇔  k * (100 - p) >= p * total - counted * 100
    missing = min_percent * total - counted * 100
    return None if min_percent >= 100 else ceil(missing / (100 - min_percent))


DUE_SOON_MONTHS = 6
DEFAULT_MAX_DELAY_MONTHS = 12


def default_term_years(level: Level) -> int:
    """Return how long a term lasts where no policy says so: 5 years at county level and above, else 3.

    Source: county practice and the charter of 2016; a province's own rule, entered as a policy, goes first.
    """
    return 5 if level <= Level.COUNTY else 3


def term_due_on(starts_on: date, *, years: int) -> date:
    """Return the anniversary on which a term is due (届满); a congress on that very day is in time."""
    return add_years(starts_on, years)


def term_state(
    *, due_on: date | None, on: date, max_delay_months: int = DEFAULT_MAX_DELAY_MONTHS
) -> TermState:
    """Tell where a sitting term stands on the day; no term (`due_on` None) is 未建."""
    if due_on is None:
        return TermState.NONE
    if on > add_months(due_on, max_delay_months):
        return TermState.LONG_OVERDUE
    if on > due_on:
        return TermState.OVERDUE
    return TermState.DUE_SOON if on >= add_months(due_on, -DUE_SOON_MONTHS) else TermState.IN_TERM


def last_due_soon(on: date) -> date:
    """Return the latest day on which a term may be due that counts as due soon (或将届满) on the day."""
    day = add_months(on, DUE_SOON_MONTHS)
    # A short month ends for several days: what is due on 28 to 31 August is due soon from 28 February on.
    while term_state(due_on=day + timedelta(days=1), on=on) == TermState.DUE_SOON:
        day += timedelta(days=1)
    return day


def session_name(*, term: int, body: Body, number: int, is_enlarged: bool = False) -> str:
    """Name a session as documents do: 第五次会员代表大会, 五届二次理事会, 九届二次理事(扩大)会议."""
    if body == Body.CONGRESS:
        ordinal = f"第{chinese_numeral(term)}次会员代表大会"
        return ordinal if number == 1 else f"{ordinal}第{chinese_numeral(number)}次会议"
    name = f"{chinese_numeral(term)}届{chinese_numeral(number)}次"
    organ = "理事" if body == Body.COUNCIL else "常务理事"
    return f"{name}{organ}(扩大)会议" if is_enlarged else f"{name}{organ}会"
