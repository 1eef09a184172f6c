"""Whether a rule may be added or ended: pure checks on where it reaches and when."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from associations.enums import Level
from portal.lib.dates import official_day
from portal.lib.findings import Finding, Severity


@dataclass(frozen=True, kw_only=True)
class Extent:
    """Where a rule reaches and who issued it, as codes."""

    issuer_code: str
    scope_code: str
    scope_level: int
    levels: tuple[int, ...]


def extent_findings(extent: Extent) -> list[Finding]:
    """Check that a rule binds nobody outside its issuer's place and no level above its scope."""
    findings = []
    if not extent.scope_code.startswith(extent.issuer_code):
        findings.append(_error("scope-outside", "适用地区须在发文地区之内", "scope"))
    above = [Level(level).label for level in extent.levels if level < extent.scope_level]
    if above:
        message = f"适用地区是{Level(extent.scope_level).label}级，不能约束{'、'.join(above)}级"
        findings.append(_error("level-above-scope", message, "levels"))
    return findings


def end_findings(*, starts_on: date, ends_on: date | None, on: date) -> list[Finding]:
    """Check the last day that is about to be given to a rule; a rule ends once and is never prolonged."""
    if ends_on is not None and ends_on <= on:
        return [_error("ended", f"该规定已于{official_day(ends_on)}失效", "on")]
    if on < starts_on:
        return [_error("end-before-start", f"失效日期不能早于生效日期（{official_day(starts_on)}）", "on")]
    return []


def day_findings(
    *, dated_on: date | None, printed_on: date | None, published_on: date | None, today: date
) -> list[Finding]:
    """Check that a document was dated, printed and published in this order, and not after today."""
    named = (
        ("成文日期", "dated_on", dated_on),
        ("印发日期", "printed_on", printed_on),
        ("发布日期", "published_on", published_on),
    )
    days = [(name, field, day) for name, field, day in named if day]
    findings = []
    for name, field, day in days:
        if day > today:
            findings.append(_error("day-future", f"{name}不能晚于今天", field))
    for (name, _, day), (later_name, field, later_day) in pairwise(days):
        if later_day < day:
            findings.append(_error("day-order", f"{later_name}不能早于{name}", field))
    return findings


def _error(code: str, message: str, field: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, message=message, source=field)
