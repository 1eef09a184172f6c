"""What the sheets of all reports share: columns by kind, and the cells of a place and of a rule."""

from collections.abc import Sequence

from associations.policies.rule_book import Citation
from portal.lib.dates import official_day
from portal.lib.spreadsheet import Cell, Column, Kind, Sheet

from .content import Content, Place

PLACE = (Column(header="代码", width=15), Column(header="协会", width=22), Column(header="层级", width=6))
RULE = (Column(header="文号", width=26), Column(header="条款", width=12), Column(header="发布地区", width=24))


def place_cells(place: Place) -> tuple[Cell, ...]:
    return place.code, place.name, place.level.label


def rule_cells(rule: Citation | None) -> tuple[Cell, ...]:
    return (rule.document_number or rule.title, rule.clause, rule.issuer_name) if rule else (None, None, None)


def count(header: str) -> Column:
    return Column(header=header, kind=Kind.INTEGER, width=11)


def percent(header: str) -> Column:
    return Column(header=header, kind=Kind.PERCENT, width=11)


def day(header: str) -> Column:
    return Column(header=header, kind=Kind.DATE, width=12)


def cover_sheet(content: Content, rows: Sequence[tuple[str, Cell, Cell]]) -> Sheet:
    """Return the first sheet, whose notes say what the workbook is about."""
    columns = (Column(header="指标", width=30), count("数值"), percent("比例"))
    return Sheet(title="汇总", columns=columns, rows=rows, notes=_notes(content))


def _notes(content: Content) -> tuple[str, ...]:
    subject = content.subject
    return (
        f"{subject.name}（{subject.code}），数据截至{official_day(subject.on)}",
        f"登记数据更新至{subject.data_at:%Y-%m-%d %H:%M}，此后登记的变更未计入",
        "比例保留一位小数，只舍不入；是否达标按人数计算，不按显示的比例计算；“不低于”包括本数",
    )
