"""When a new term may open: pure arithmetic on facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from associations.enums import FIRST_DAY
from portal.lib.dates import official_day
from portal.lib.findings import Finding, Severity


@dataclass(frozen=True, kw_only=True)
class KnownTerm:
    """A term that the association has on record."""

    number: int
    starts_on: date
    ends_on: date | None


def new_term_findings(*, number: int, congress_on: date, known: Sequence[KnownTerm]) -> list[Finding]:
    """Check the number and the congress day of a new term; `known` in the order of their numbers.

    The first term on record may bear any number: an office starts its record with the term that sits.
    """
    if congress_on < FIRST_DAY:
        message = f"大会日期不能早于计生协成立之日（{official_day(FIRST_DAY)}）"
        return [_error("too_early", message, "congress_on")]
    if not known:
        return []
    latest = known[-1]
    findings = []
    if any(term.number == number for term in known):
        findings.append(_error("number_taken", f"第{number}届已经登记", "number"))
    elif number != latest.number + 1:
        message = f"上一届为第{latest.number}届，本届应为第{latest.number + 1}届"
        findings.append(_error("number_not_next", message, "number"))
    if congress_on <= latest.starts_on:
        message = f"大会日期须在第{latest.number}届开始（{official_day(latest.starts_on)}）之后"
        findings.append(_error("before_previous", message, "congress_on"))
    elif latest.ends_on is not None and congress_on <= latest.ends_on:
        message = f"第{latest.number}届登记的结束日期为{official_day(latest.ends_on)}，与本届重叠"
        findings.append(_error("terms_overlap", message, "congress_on"))
    return findings


def _error(code: str, message: str, source: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, message=message, source=source)
