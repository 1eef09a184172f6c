"""The figures at the head of a report, the same on the page and on paper."""

from dataclasses import dataclass
from decimal import Decimal

from portal.lib.figures import grouped
from portal.oversight.milestone_words import progress_note
from portal.oversight.quota_words import ASSOCIATIONS_MET, BODIES_MET

from .content import Content, QuotaReport, ReformReport


@dataclass(frozen=True, kw_only=True)
class Tile:
    label: str
    figure: str
    unit: str
    note: str = ""
    tone: str = ""


def tiles_of(content: Content) -> tuple[Tile, ...]:
    """Say the four figures of a report in words."""
    match content:
        case QuotaReport():
            return _quota_tiles(content)
        case ReformReport():
            return _reform_tiles(content)


def _quota_tiles(report: QuotaReport) -> tuple[Tile, ...]:
    cover = report.cover
    failed = cover.short + cover.no_council
    return (
        _percent_tile(
            ASSOCIATIONS_MET,
            report.associations_percent,
            f"{grouped(report.associations_ruled)}个中{grouped(cover.associations_met)}个全部达标",
        ),
        _percent_tile(BODIES_MET, cover.met_percent, f"{grouped(cover.ruled)}个中{grouped(cover.met)}个达标"),
        Tile(
            label="未达标和未建机构",
            figure=grouped(failed),
            unit="个",
            note=f"未达标{grouped(cover.short)}，未建{grouped(cover.no_council)}",
            tone="bad" if failed else "",
        ),
        Tile(label="需调整席位", figure=grouped(cover.seats_to_replace), unit="席"),
    )


def _reform_tiles(report: ReformReport) -> tuple[Tile, ...]:
    progress = report.cover.progress
    return (
        _percent_tile("改革核实率", report.cover.verified_percent, progress_note(progress)),
        Tile(
            label="已申报待核实",
            figure=grouped(len(report.waiting)),
            unit="项",
            note=_unweighted(report.waiting_unweighted),
        ),
        Tile(
            label="逾期",
            figure=grouped(len(report.overdue)),
            unit="项",
            note=_unweighted(report.overdue_unweighted),
            tone="bad" if report.overdue else "",
        ),
        Tile(
            label="晚于期限",
            figure=grouped(len(report.late)),
            unit="项",
            note=_unweighted(report.late_unweighted),
        ),
    )


def _percent_tile(label: str, percent: Decimal | None, note: str) -> Tile:
    if percent is None:
        return Tile(label=label, figure="无规定", unit="")
    return Tile(label=label, figure=str(percent), unit="%", note=note)


def _unweighted(count: int) -> str:
    return f"其中不计权重{grouped(count)}项" if count else ""
