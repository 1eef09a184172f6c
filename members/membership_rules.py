"""Who may join, leave and be transferred: pure claims on facts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from portal.lib.dates import add_years, official_day
from portal.lib.findings import Finding, Severity

MINIMUM_AGE = 18


@dataclass(frozen=True, kw_only=True)
class Spell:
    """One membership on record; the day of leaving is still one."""

    joined_on: date
    left_on: date | None


def join_findings(*, born_on: date | None, joined_on: date, earlier: Sequence[Spell]) -> Iterator[Finding]:
    """Refuse a minor and a second membership on the same day; without a birth date nobody's age is judged.

    Source: the association's regulation, individual members are 18 at their application.
    """
    if born_on is not None and joined_on < add_years(born_on, MINIMUM_AGE):
        yield _error(
            "underage",
            f"个人会员入会时须满{MINIMUM_AGE}周岁",
            "joined_on",
            measured=born_on,
            required=add_years(born_on, MINIMUM_AGE),
        )
    if any(spell.left_on is None for spell in earlier):
        yield _error("already_member", "已是该协会会员，不能重复入会", "joined_on")
        return
    last_days = [
        spell.left_on for spell in earlier if spell.left_on is not None and spell.left_on >= joined_on
    ]
    if last_days:
        message = f"入会日期须在上次退会（{official_day(max(last_days))}）之后"
        yield _error("overlaps", message, "joined_on", measured=joined_on, required=max(last_days))


def leave_findings(*, spells: Sequence[Spell], left_on: date) -> Iterator[Finding]:
    """Refuse to end what has ended, and a last day before the first."""
    closed = sum(spell.left_on is not None for spell in spells)
    if closed:
        yield _error("already_left", f"所选会员中有{closed}条已登记退会", "left_on", measured=closed)
    later = [spell.joined_on for spell in spells if spell.joined_on > left_on]
    if later:
        message = f"退会日期不能早于入会日期（{official_day(max(later))}）"
        yield _error("before_joining", message, "left_on", measured=left_on, required=max(later))


def group_findings(*, ended_on: date | None, on: date) -> Iterator[Finding]:
    """Refuse a group that was dissolved before the day of entering it; its last day still counts."""
    if ended_on is not None and ended_on < on:
        message = f"该会员小组已于{official_day(ended_on)}撤销，请选择其他小组"
        yield _error("group_ended", message, "group", measured=on, required=ended_on)


def of_member(name: str, finding: Finding) -> Finding:
    """Say of which member a finding speaks, where several are judged together."""
    return replace(finding, message=f"{name}：{finding.message}")


def _error(
    code: str,
    message: str,
    field: str,
    *,
    measured: date | int | None = None,
    required: date | None = None,
) -> Finding:
    return Finding(
        code=code,
        severity=Severity.ERROR,
        message=message,
        measured=measured,
        required=required,
        source=field,
    )
