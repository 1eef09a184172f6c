"""The sheets of the quota report."""

from collections.abc import Iterator

from portal.lib.spreadsheet import Cell, Column, Sheet
from portal.oversight.quota_words import ASSOCIATIONS_MET, BODIES_MET

from .content import QuotaReport
from .sheet_parts import PLACE, RULE, count, cover_sheet, percent, place_cells, rule_cells

VERDICT = Column(header="结论", width=9)


def quota_sheets(report: QuotaReport) -> list[Sheet]:
    """Return every row of the report: the cover, the bodies, the associations, what is missing, the rules."""
    return [
        _quota_cover(report),
        _quota_bodies(report),
        _quota_rows(report),
        _shortfalls(report),
        _quota_rules(report),
    ]


def _quota_cover(report: QuotaReport) -> Sheet:
    cover = report.cover
    rows = (
        ("纳入核对的协会", cover.associations, None),
        ("有比例规定可依的协会", report.associations_ruled, None),
        (
            f"达标协会（各机构全部达标）、{ASSOCIATIONS_MET}",
            cover.associations_met,
            report.associations_percent,
        ),
        ("应核对机构", cover.ruled, None),
        (f"达标机构、{BODIES_MET}", cover.met, cover.met_percent),
        ("未达标机构", cover.short, None),
        ("未建机构", cover.no_council, None),
        ("无规定机构", cover.no_rule, None),
        ("需调整席位合计", cover.seats_to_replace, None),
    )
    return cover_sheet(report, rows)


def _quota_bodies(report: QuotaReport) -> Sheet:
    headers = ("达标", "未达标", "未建", "无规定")
    columns = (Column(header="机构"), *map(count, headers), percent(BODIES_MET))
    rows = (
        (line.body.label, line.met, line.short, line.no_council, line.no_rule, line.met_percent)
        for line in report.bodies
    )
    return Sheet(title="分机构", columns=columns, rows=rows)


def _quota_rows(report: QuotaReport) -> Sheet:
    columns = (
        *PLACE, Column(header="机构"), count("总人数"), count("基层一线人数"), percent("比例"),
        percent("要求不低于"), VERDICT, count("需调整席位"), count("或增补席位"), *RULE,
        Column(header="宽于上级规定", width=30),
    )  # fmt: skip
    return Sheet(title="明细", columns=columns, rows=_quota_cells(report))


def _quota_cells(report: QuotaReport) -> Iterator[tuple[Cell, ...]]:
    for row in report.rows:
        for quota in row.bodies:
            yield (
                *place_cells(row.place), quota.body.label, quota.total, quota.counted, quota.percent,
                quota.required_percent, quota.verdict.label, quota.short_by_replacement,
                quota.short_by_addition, *rule_cells(quota.rule), str(quota.weaker_than or ""),
            )  # fmt: skip


def _shortfalls(report: QuotaReport) -> Sheet:
    columns = (
        *PLACE, Column(header="机构"), VERDICT, count("需调整席位"), count("或增补席位"),
        Column(header="原因", width=44), Column(header="建议", width=44), *RULE,
    )  # fmt: skip
    rows = (
        (
            *place_cells(item.place), item.quota.body.label, item.quota.verdict.label,
            item.quota.short_by_replacement, item.quota.short_by_addition, item.reason, item.remedy,
            *rule_cells(item.quota.rule),
        )
        for item in report.shortfalls
    )  # fmt: skip
    return Sheet(title="未达标和未建", columns=columns, rows=rows)


def _quota_rules(report: QuotaReport) -> Sheet:
    columns = (
        *RULE, Column(header="文件标题", width=44), Column(header="机构"), percent("要求不低于"),
        count("适用协会数"), Column(header="宽于上级规定", width=30),
    )  # fmt: skip
    rows = (
        (
            *rule_cells(line.rule), line.rule.title, line.body.label, line.required_percent, line.bound,
            str(line.weaker_than or ""),
        )
        for line in report.rules
    )  # fmt: skip
    return Sheet(title="依据", columns=columns, rows=rows)
