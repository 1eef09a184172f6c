"""The sheets of the reform report."""

from portal.lib.spreadsheet import Cell, Column, Sheet
from portal.oversight.verdicts import Progress

from .content import ReformReport
from .sheet_parts import PLACE, RULE, count, cover_sheet, day, percent, place_cells, rule_cells

MILESTONE = Column(header="改革事项", width=24)
STATE = Column(header="状态", width=9)
NUMBER = Column(header="申报文号", width=26)
PROGRESS = (
    "应完成（权重）",
    "已核实（权重）",
    "待核实（项）",
    "逾期（项）",
    "晚于期限（项）",
    "尚未计算（项）",
)


def reform_sheets(report: ReformReport) -> list[Sheet]:
    """Return every row of the report: cover, milestones, associations, each state, what is missing."""
    return [
        _cover(report),
        _milestones(report),
        _rows(report),
        _statuses(report),
        _overdue(report),
        _waiting(report),
        _late(report),
    ]


def _cover(report: ReformReport) -> Sheet:
    cover = report.cover
    rows = (
        ("有改革事项要求的协会", cover.associations, None),
        ("应完成（权重）", cover.progress.required, None),
        ("已核实（权重）", cover.progress.verified, cover.verified_percent),
        ("已申报待核实（项）", len(report.waiting), None),
        ("逾期（项）", len(report.overdue), None),
        ("晚于期限（项）", len(report.late), None),
        ("待核实中不计权重的（项）", report.waiting_unweighted, None),
        ("逾期中不计权重的（项）", report.overdue_unweighted, None),
        ("晚于期限中不计权重的（项）", report.late_unweighted, None),
        *_uncomputed(cover.progress),
    )
    return cover_sheet(report, rows)


def _uncomputed(progress: Progress) -> tuple[tuple[str, int, None], ...]:
    if not progress.uncomputed_count:
        return ()
    names = "、".join(milestone.label for milestone in progress.uncomputed)
    return ((f"尚未计算、不计入权重（项）：{names}", progress.uncomputed_count, None),)


def _milestones(report: ReformReport) -> Sheet:
    headers = ("适用协会数", "已核实", "已申报", "已退回", "进行中", "未启动", "尚未计算", "逾期", "不计权重")
    columns = (MILESTONE, *map(count, headers), percent("核实率"))
    rows = (
        (
            line.milestone.label, line.bound, line.verified, line.claimed, line.returned, line.in_progress,
            line.not_started, line.not_computed, line.overdue, line.unweighted, line.verified_percent,
        )
        for line in report.milestones
    )  # fmt: skip
    return Sheet(title="分事项", columns=columns, rows=rows)


def _rows(report: ReformReport) -> Sheet:
    columns = (
        *PLACE,
        *(count(f"本级{header}") for header in PROGRESS),
        percent("本级核实率"),
        *(count(f"含下级{header}") for header in PROGRESS),
        percent("含下级核实率"),
    )
    rows = (
        (
            *place_cells(row.place), *_progress(row.own), row.own_percent, *_progress(row.below),
            row.below_percent,
        )
        for row in report.rows
    )  # fmt: skip
    return Sheet(title="分协会", columns=columns, rows=rows)


def _progress(progress: Progress) -> tuple[Cell, ...]:
    return (
        progress.required, progress.verified, progress.claimed_count, progress.overdue_count,
        progress.late_count, progress.uncomputed_count,
    )  # fmt: skip


def _statuses(report: ReformReport) -> Sheet:
    columns = (
        *PLACE, MILESTONE, STATE, day("期限"), day("申报日期"), day("成文日期"), NUMBER,
        Column(header="逾期", width=6), Column(header="晚于期限", width=9), count("权重"), *RULE,
    )  # fmt: skip
    rows = (
        (
            *place_cells(row.place), row.status.milestone.label, row.status.state.label, row.status.deadline,
            row.status.claimed_on, row.status.achieved_on, row.status.document_number,
            _yes(row.status.is_overdue), _yes(row.status.is_late), row.status.weight,
            *rule_cells(row.status.rule),
        )
        for row in report.statuses
    )  # fmt: skip
    return Sheet(title="逐项明细", columns=columns, rows=rows)


def _yes(holds: bool) -> str:
    return "是" if holds else "否"


def _overdue(report: ReformReport) -> Sheet:
    columns = (
        *PLACE, MILESTONE, STATE, day("期限"), count("逾期天数"), count("权重"),
        Column(header="原因", width=26), Column(header="建议", width=44), *RULE,
    )  # fmt: skip
    rows = (
        (
            *place_cells(item.place), item.milestone.label, item.state.label, item.deadline,
            item.days_overdue, item.weight, item.reason, item.remedy, *rule_cells(item.rule),
        )
        for item in report.overdue
    )  # fmt: skip
    return Sheet(title="逾期事项", columns=columns, rows=rows)


def _waiting(report: ReformReport) -> Sheet:
    columns = (*PLACE, MILESTONE, day("申报日期"), count("等待天数"), NUMBER, count("权重"))
    rows = (
        (
            *place_cells(item.place), item.milestone.label, item.claimed_on, item.days_waiting,
            item.document_number, item.weight,
        )
        for item in report.waiting
    )  # fmt: skip
    return Sheet(title="待核实", columns=columns, rows=rows)


def _late(report: ReformReport) -> Sheet:
    columns = (*PLACE, MILESTONE, STATE, day("期限"), day("成文日期"), NUMBER, count("权重"))
    rows = (
        (
            *place_cells(item.place), item.milestone.label, item.state.label, item.deadline, item.achieved_on,
            item.document_number, item.weight,
        )
        for item in report.late
    )  # fmt: skip
    return Sheet(title="晚于期限", columns=columns, rows=rows)
