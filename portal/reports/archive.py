"""A report as it is kept: its content as JSON, its files under their hash."""

from dataclasses import dataclass

from portal.lib.json_codec import Json, from_json, to_json

from .content import Content, QuotaReport, ReformReport
from .models import ReportFormat, ReportKind


@dataclass(frozen=True, kw_only=True)
class MadeFile:
    format: ReportFormat
    name: str
    content: bytes


def stored(content: Content) -> Json:
    """Return the content as it is stored."""
    return to_json(content)


def restored(kind: ReportKind, data: object) -> Content:
    """Return stored content, exactly as it was built."""
    if kind == ReportKind.QUOTA:
        return from_json(QuotaReport, data)
    return from_json(ReformReport, data)


def file_name(content: Content, kind: ReportFormat) -> str:
    """Name a file for people: 360102-基层一线比例合规报告-2021-06-30.pdf."""
    report = ReportKind.QUOTA if isinstance(content, QuotaReport) else ReportKind.REFORM
    return f"{content.subject.code}-{report.label}-{content.subject.on}.{kind}"
