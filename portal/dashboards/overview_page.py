"""The figures of an overview as the page draws them."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from associations.enums import Kind, Level, RegisterState
from associations.register.coverage import Coverage
from portal.accounts.roles import Permission
from portal.accounts.scope import Scope
from portal.lib.charts import Bar, horizontal_bars
from portal.oversight.milestone_words import progress_note
from portal.oversight.overview import Overview, PlaceFigures
from portal.oversight.quota_words import ASSOCIATIONS_MET

NOTHING = "—"
# Lower bounds of the colour steps 1 to 5, in per cent; below the first it is step 0.
STEPS = (20, 40, 60, 80, 100)


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One figure on top of a dashboard."""

    label: str
    figure: str
    unit: str
    note: str
    tone: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One figure of the heat table; `step` None where nothing is measured."""

    text: str
    step: int | None
    url: str


@dataclass(frozen=True, kw_only=True)
class Row:
    name: str
    url: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class LevelRow:
    """The coverage of one level; the address lists its associations."""

    level: Level
    coverage: Coverage
    url: str


def tiles(overview: Overview, *, day: str) -> list[Tile]:
    """Return the figures on top: coverage, quotas, reform, overdue."""
    total, code = overview.total, overview.association.code
    coverage, quotas, reform = total.coverage, total.quotas, total.reform
    board = address("oversight:reform", code, on=day, reach="below")
    return [
        tile(
            "建会率",
            coverage.percent,
            f"应建 {coverage.due:,} 个，已建 {coverage.established:,} 个",
            url=register_url(code, day=day, state=RegisterState.DUE),
        ),
        tile(
            ASSOCIATIONS_MET,
            quotas.percent,
            f"基层一线比例约束 {quotas.bound:,} 个，全部达标 {quotas.met:,} 个",
            url=address("oversight:councils", under=code, bound="on", on=day),
        ),
        tile(
            "改革核实率",
            reform.percent,
            f"{progress_note(reform)}；待核实 {reform.claimed_count:,} 项",
            url=board,
        ),
        Tile(
            label="逾期事项",
            figure=f"{reform.overdue_count:,}",
            unit="项",
            note=f"涉及 {len({item.association.pk for item in overview.overdue}):,} 个协会",
            tone="bad" if reform.overdue_count else "good",
            url=board,
        ),
    ]


def address(url_name: str, *args: str, **query: str) -> str:
    """Return the address of a page with the parameters that say something."""
    said = urlencode({name: value for name, value in query.items() if value})
    return reverse(url_name, args=args) + (f"?{said}" if said else "")


def register_url(code: str, *, day: str, **query: str) -> str:
    """Return the address of the register's divisions under a place."""
    return address("associations:list", under=code, kind=Kind.DIVISION, on=day, **query)


def level_rows(overview: Overview, *, day: str) -> list[LevelRow]:
    """Return the coverage of every level of the subtree."""
    code = overview.association.code
    return [
        LevelRow(
            level=level,
            coverage=coverage,
            url=register_url(code, day=day, state=RegisterState.DUE, level=str(level.value)),
        )
        for level, coverage in overview.coverage_by_level.items()
    ]


def tile(label: str, percent: Decimal | None, note: str, *, url: str = "") -> Tile:
    figure = NOTHING if percent is None else str(percent)
    return Tile(label=label, figure=figure, unit="" if percent is None else "%", note=note, tone="", url=url)


def heat_rows(overview: Overview, *, day: str, scope: Scope) -> list[Row]:
    """Return the children by measure, each cell leading to the page behind it.

    What lay below on a past day and went elsewhere since is counted, and leads nowhere for whom it is not.
    """
    return [
        _row(child, day=day, opens=scope.covers(Permission.VIEW_STATISTICS, child.code))
        for child in overview.children
    ]


def children_chart(overview: Overview) -> SafeString | None:
    """Draw the coverage of the children; None where there are none or too many for one chart."""
    if not 1 < len(overview.children) <= 40:
        return None
    bars = [
        Bar(
            label=child.name,
            value=child.coverage.percent,
            shown=NOTHING if child.coverage.percent is None else f"{child.coverage.percent}%",
        )
        for child in overview.children
    ]
    name = overview.association.short_name
    return horizontal_bars(
        title=f"{name}下级建会率", description="各地已建协会占应建协会的百分比", bars=bars, top=100
    )


def _row(place: PlaceFigures, *, day: str, opens: bool) -> Row:
    missing = register_url(place.code, day=day, state=RegisterState.MISSING) if opens else ""
    reform = address("oversight:reform", place.code, on=day, reach="below") if opens else ""
    councils = address("oversight:councils", under=place.code, bound="on", on=day) if opens else ""
    coverage, quotas, progress = place.coverage, place.quotas, place.reform
    return Row(
        name=place.name,
        url=address("dashboards:node", place.code, on=day) if opens else "",
        cells=(
            _cell(coverage.percent, f"{coverage.established:,}/{coverage.due:,}", missing),
            _cell(quotas.percent, f"{quotas.met:,}/{quotas.bound:,}", councils),
            _cell(progress.percent, f"{progress.verified:,}/{progress.required:,}", reform),
            Cell(
                text=f"{progress.overdue_count:,} 项" if progress.bound_count else NOTHING,
                step=None if not progress.bound_count else 1 if progress.overdue_count else 5,
                url=reform if progress.bound_count else "",
            ),
        ),
    )


def _cell(percent: Decimal | None, counts: str, url: str) -> Cell:
    if percent is None:
        return Cell(text=NOTHING, step=None, url="")
    return Cell(text=f"{percent}% ({counts})", step=sum(percent >= step for step in STEPS), url=url)
