"""A broken rule as a typed value, shared by pages, forms, API and reports."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Measure = int | Decimal | date | str | None


class Severity(StrEnum):
    """How much a finding weighs: an error refuses the write, the others only speak."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a rule has to say about the facts; `message` is Chinese and shown as it is."""

    code: str
    severity: Severity
    message: str
    measured: Measure = None
    required: Measure = None
    source: str = ""


class RuleViolation(Exception):
    """Refuse a write, with every finding that led to it."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        if not self.findings:
            raise ValueError("a violation names at least one finding")
        super().__init__(self.findings)

    def __str__(self) -> str:
        return "；".join(finding.message for finding in self.findings)
