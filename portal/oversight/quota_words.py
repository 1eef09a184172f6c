"""How a quota verdict is said on a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from associations.enums import Body
from members.rules import QuotaResult

from .verdicts import BodyQuota

# The two rates, the same words on screen and on paper: of associations, and of their bodies.
ASSOCIATIONS_MET = "协会达标率"
BODIES_MET = "机构达标率"


@dataclass(frozen=True, kw_only=True)
class QuotaLine:
    """One body's quota in words: what is required, what would mend it, the stricter superior rule."""

    quota: BodyQuota
    required: str
    remedy: str
    weaker: str

    @property
    def body(self) -> Body:
        return self.quota.body


@dataclass(frozen=True, kw_only=True)
class QuotaChange:
    """One body before and after a change."""

    before: QuotaLine
    after: QuotaLine


def lines_of(quotas: Iterable[BodyQuota]) -> tuple[QuotaLine, ...]:
    """Say every body's quota in words."""
    return tuple(
        QuotaLine(
            quota=quota,
            required=_percent(quota.required_percent),
            remedy=remedy_of(quota),
            weaker=_superior(quota),
        )
        for quota in quotas
    )


def changes_of(before: Iterable[BodyQuota], after: Iterable[BodyQuota]) -> tuple[QuotaChange, ...]:
    """Pair the bodies before and after a change."""
    pairs = zip(lines_of(before), lines_of(after), strict=True)
    return tuple(QuotaChange(before=one, after=other) for one, other in pairs)


def remedy_of(quota: BodyQuota) -> str:
    """Say how many seats would mend a short quota; empty for every other verdict."""
    if quota.verdict != QuotaResult.SHORT:
        return ""
    replaced = f"再调整 {quota.short_by_replacement} 席"
    if quota.short_by_addition is None:
        return replaced
    return f"{replaced}，或增补 {quota.short_by_addition} 席"


def _percent(percent: Decimal | None) -> str:
    return "" if percent is None else f"{percent.normalize():f}"


def _superior(quota: BodyQuota) -> str:
    rule = quota.weaker_than
    return f"{rule.issuer_name} {rule}，不低于 {_percent(quota.superior_percent)}%" if rule else ""
