"""How a milestone's status is said and coloured: in full as a badge, in two characters in the heat table."""

from dataclasses import dataclass

from associations.enums import COMPUTED_MILESTONES, MilestoneState

from .verdicts import MilestoneStatus, Progress


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Words and the code that colours them."""

    word: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    cell: Cell
    meaning: str


UNBOUND = Cell(word="", tone="none")
UNCOMPUTED = Cell(word="待算", tone="none")
OVERDUE = Cell(word="逾期", tone="0")
LATE_VERIFIED = Cell(word="迟核", tone="3")
LATE_CLAIMED = Cell(word="迟报", tone="claimed")
REACHED = Cell(word="达标", tone="4")
NOT_REACHED = Cell(word="未达", tone="2")
CELLS = {
    MilestoneState.NOT_STARTED: Cell(word="未启", tone="none"),
    MilestoneState.IN_PROGRESS: Cell(word="在办", tone="2"),
    MilestoneState.RETURNED: Cell(word="退回", tone="1"),
    MilestoneState.CLAIMED: Cell(word="申报", tone="claimed"),
    MilestoneState.VERIFIED: Cell(word="核实", tone="4"),
}
LEGEND = (
    LegendEntry(cell=CELLS[MilestoneState.VERIFIED], meaning="已核实"),
    LegendEntry(cell=LATE_VERIFIED, meaning="已核实，成文晚于期限"),
    LegendEntry(cell=CELLS[MilestoneState.CLAIMED], meaning="已申报，待核实"),
    LegendEntry(cell=LATE_CLAIMED, meaning="已申报，成文晚于期限"),
    LegendEntry(cell=CELLS[MilestoneState.IN_PROGRESS], meaning="进行中"),
    LegendEntry(cell=CELLS[MilestoneState.RETURNED], meaning="已退回"),
    LegendEntry(cell=OVERDUE, meaning="已过期限仍未申报或未达标"),
    LegendEntry(cell=CELLS[MilestoneState.NOT_STARTED], meaning="未启动"),
    LegendEntry(cell=REACHED, meaning="由数据计算：达标"),
    LegendEntry(cell=NOT_REACHED, meaning="由数据计算：未达标"),
    LegendEntry(cell=UNCOMPUTED, meaning="尚未计算"),
)


def cell_of(status: MilestoneStatus | None) -> Cell:
    """Say a status in two characters; empty where no rule asks for the milestone."""
    if status is None:
        return UNBOUND
    if status.is_overdue:
        return OVERDUE
    if status.state == MilestoneState.NOT_COMPUTED:
        return UNCOMPUTED
    if status.milestone in COMPUTED_MILESTONES:
        return REACHED if status.state == MilestoneState.VERIFIED else NOT_REACHED
    if status.is_late:
        return LATE_VERIFIED if status.state == MilestoneState.VERIFIED else LATE_CLAIMED
    return CELLS[status.state]


def progress_note(progress: Progress) -> str:
    """Say the two weights behind the rate, and what stands beside it because nothing computes it yet."""
    weights = f"按权重计，应完成 {progress.required:,}，已核实 {progress.verified:,}"
    return "；".join(filter(None, (weights, uncomputed_note(progress))))


def uncomputed_note(progress: Progress) -> str:
    """Name what binds and nothing computes yet; empty where everything is computed."""
    if not progress.uncomputed_count:
        return ""
    names = "、".join(f"“{milestone.label}”" for milestone in progress.uncomputed)
    return f"{names} {progress.uncomputed_count:,} 项尚未计算，不计入"


def badge_of(status: MilestoneStatus) -> Cell:
    """Say a state in full; a computed one is met or not, as nobody claims or verifies it."""
    if status.milestone not in COMPUTED_MILESTONES or status.state == MilestoneState.NOT_COMPUTED:
        return Cell(word=status.state.label, tone=status.state.value)
    if status.state == MilestoneState.VERIFIED:
        return Cell(word="已达标", tone="met")
    return Cell(word="未达标", tone="short")
