"""On which days the register can change: pure checks."""

from datetime import date

from associations.enums import FIRST_DAY
from portal.lib.dates import official_day
from portal.lib.findings import Finding, Severity


def day_findings(on: date, *, today: date) -> list[Finding]:
    """Check that a change lies between the founding of the national association and today."""
    if on > today:
        return [_error("future", "日期不能晚于今天")]
    if on < FIRST_DAY:
        return [_error("too-early", f"日期不能早于计生协成立之日（{official_day(FIRST_DAY)}）")]
    return []


def _error(code: str, message: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, message=message, source="on")
