"""The charts of a report, drawn from its content alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from associations.enums import Body, Level
from members.rules import QuotaResult
from portal.lib.charts import Bar, Part, Target, horizontal_bars, share_bar, vertical_bars
from portal.lib.figures import grouped
from portal.lib.svg import Tone
from portal.oversight.verdicts import BodyQuota

from .content import Content, QuotaReport, QuotaRow, ReformReport, ReformRow

# As many bars as stay readable on one page.
MOST_BARS = 40
TONES = {QuotaResult.MET: Tone.MET, QuotaResult.SHORT: Tone.SHORT}


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A picture and the words below it."""

    caption: str
    picture: SafeString


def drawings_of(content: Content) -> dict[str, Drawing]:
    """Draw the charts of a report under the names by which its template places them; none is empty."""
    match content:
        case QuotaReport():
            found = {"shares": _verdicts(content), "bodies": _bodies(content), "places": _councils(content)}
        case ReformReport():
            found = {
                "shares": _weights(content),
                "milestones": _milestones(content),
                "places": _places(content),
            }
    return {name: drawing for name, drawing in found.items() if drawing}


def _verdicts(report: QuotaReport) -> Drawing:
    cover = report.cover
    parts = [
        Part(label="达标", value=cover.met, shown=f"{grouped(cover.met)}个", tone=Tone.MET),
        Part(label="未达标", value=cover.short, shown=f"{grouped(cover.short)}个", tone=Tone.SHORT),
        Part(label="未建", value=cover.no_council, shown=f"{grouped(cover.no_council)}个", tone=Tone.WAITING),
        Part(label="无规定", value=cover.no_rule, shown=f"{grouped(cover.no_rule)}个", tone=Tone.NONE),
    ]
    caption = "各机构核对结论"
    described = "，".join(f"{part.label}{part.shown}" for part in parts)
    return Drawing(caption=caption, picture=share_bar(title=caption, description=described, parts=parts))


def _bodies(report: QuotaReport) -> Drawing | None:
    if len(_ruled(report)) <= 1:
        return None
    bars = [_percent_bar(line.body.label, line.met_percent, Tone.PLAIN) for line in report.bodies]
    caption = "各类机构达标率"
    drawn = vertical_bars(title=caption, description=_described(bars), bars=bars, top=100)
    return Drawing(caption=caption, picture=drawn)


def _councils(report: QuotaReport) -> Drawing | None:
    """Compare the councils of the table, or the bodies of the only association that some rule binds."""
    ruled = _ruled(report)
    if len(ruled) == 1:
        quotas = [(quota.body.label, quota) for quota in ruled[0].bodies if quota.total]
        caption = f"{ruled[0].place.name}各机构基层一线人员比例"
    else:
        quotas = [(row.place.name, _council(row)) for row in _shown(ruled) if _council(row).total]
        caption = "理事会基层一线人员比例"
    if not quotas:
        return None
    bars = [_percent_bar(name, quota.percent, TONES.get(quota.verdict, Tone.NONE)) for name, quota in quotas]
    target = _common_target([quota for _, quota in quotas])
    drawn = horizontal_bars(title=caption, description=_described(bars), bars=bars, target=target, top=100)
    return Drawing(caption=caption, picture=drawn)


def _ruled(report: QuotaReport) -> list[QuotaRow]:
    return [row for row in report.rows if any(quota.rule for quota in row.bodies)]


def _council(row: QuotaRow) -> BodyQuota:
    return next(quota for quota in row.bodies if quota.body == Body.COUNCIL)


def _shown(rows: Sequence[QuotaRow]) -> Sequence[QuotaRow]:
    """Return all rows where they fit one chart, else those of the two upper depths."""
    return rows if len(rows) <= MOST_BARS else [row for row in rows if _is_upper(row)][:MOST_BARS]


def _is_upper(row: QuotaRow | ReformRow) -> bool:
    return row.place.depth == 0 or (row.place.depth == 1 and row.place.level <= Level.CITY)


def _common_target(quotas: Sequence[BodyQuota]) -> Target | None:
    required = {quota.required_percent for quota in quotas}
    (only,) = required if len(required) == 1 else (None,)
    return Target(value=only, label=f"要求不低于{only.normalize():f}%") if only else None


def _weights(report: ReformReport) -> Drawing | None:
    progress = report.cover.progress
    if not progress.required:
        return None
    rest = progress.required - progress.verified - progress.claimed - progress.overdue
    parts = [
        Part(label="已核实", value=progress.verified, shown=grouped(progress.verified), tone=Tone.MET),
        Part(label="已申报待核实", value=progress.claimed, shown=grouped(progress.claimed), tone=Tone.PLAIN),
        Part(label="逾期", value=progress.overdue, shown=grouped(progress.overdue), tone=Tone.SHORT),
        Part(label="未完成（未逾期或未规定期限）", value=rest, shown=grouped(rest), tone=Tone.NONE),
    ]
    caption = "改革事项完成情况（按权重）"
    described = "，".join(f"{part.label}{part.shown}" for part in parts)
    return Drawing(caption=caption, picture=share_bar(title=caption, description=described, parts=parts))


def _milestones(report: ReformReport) -> Drawing | None:
    # For one association every bar would be all or nothing, and its table says so already.
    if max((line.bound for line in report.milestones), default=0) <= 1:
        return None
    bars = [
        _percent_bar(line.milestone.label, line.verified_percent, Tone.PLAIN)
        if line.verified_percent is not None
        else Bar(label=line.milestone.label, value=None, shown="尚未计算", tone=Tone.NONE)
        for line in report.milestones
    ]
    caption = "各改革事项核实率"
    drawn = horizontal_bars(title=caption, description=_described(bars), bars=bars, top=100)
    return Drawing(caption=caption, picture=drawn)


def _places(report: ReformReport) -> Drawing | None:
    rows = [row for row in report.rows if row.place.depth == 1 and row.below.required]
    rows = rows if len(rows) <= MOST_BARS else [row for row in rows if _is_upper(row)][:MOST_BARS]
    if not rows:
        return None
    bars = [_percent_bar(row.place.name, row.below_percent, Tone.PLAIN) for row in rows]
    caption = "下级协会改革事项核实率（含其下级）"
    drawn = horizontal_bars(title=caption, description=_described(bars), bars=bars, top=100)
    return Drawing(caption=caption, picture=drawn)


def _percent_bar(label: str, percent: Decimal | None, tone: Tone) -> Bar:
    return Bar(label=label, value=percent, shown="—" if percent is None else f"{percent}%", tone=tone)


def _described(bars: Sequence[Bar]) -> str:
    return "，".join(f"{bar.label}{bar.shown}" for bar in bars)
