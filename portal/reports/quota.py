"""基层一线比例合规报告: the figures, read once and judged by `portal.oversight`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from associations.enums import Body
from associations.models import Association
from associations.policies.rule_book import Citation
from members.rules import QuotaResult
from portal.lib.figures import percent_cut
from portal.oversight.quotas import NOT_MET, meets_all, quotas_of_many
from portal.oversight.rules_under import RulesUnder
from portal.oversight.verdicts import BodyQuota

from . import queries
from .content import BodyLine, Place, QuotaCover, QuotaReport, QuotaRow, QuotaRuleLine, Shortfall


def build(association: Association, *, on: date, made_on: date) -> QuotaReport:
    """Judge an association, those that its table lists and all below that a quota binds.

    Runs a fixed number of statements.
    """
    rules = RulesUnder.at(association, on=on)
    table = queries.listed(association, on=on, codes=rules.codes)
    listed = queries.with_bound(table, rules.bound(rules.bound_by_quotas), codes=rules.codes)
    quotas = quotas_of_many([each.association for each in listed], on=on, rules=rules)
    rows = tuple(QuotaRow(place=each.place, bodies=quotas[each.association.pk]) for each in listed)
    return QuotaReport(
        subject=queries.subject_of(association, on=on, made_on=made_on),
        cover=_cover(rows),
        bodies=tuple(_body_line(body, rows) for body in Body),
        rows=rows,
        shortfalls=tuple(
            _shortfall(row.place, quota) for row in rows for quota in row.bodies if quota.verdict in NOT_MET
        ),
        rules=_rules(rows),
    )


def _cover(rows: Sequence[QuotaRow]) -> QuotaCover:
    all_bodies = [quota for row in rows for quota in row.bodies]
    counts = Counter(quota.verdict for quota in all_bodies)
    return QuotaCover(
        associations=len(rows),
        associations_met=sum(meets_all(row.bodies) for row in rows),
        ruled=_ruled(counts),
        met=counts[QuotaResult.MET],
        short=counts[QuotaResult.SHORT],
        no_council=counts[QuotaResult.NO_COUNCIL],
        no_rule=counts[QuotaResult.NO_RULE],
        met_percent=_met_percent(counts),
        seats_to_replace=sum(quota.short_by_replacement for quota in all_bodies),
    )


def _body_line(body: Body, rows: Sequence[QuotaRow]) -> BodyLine:
    counts = Counter(quota.verdict for row in rows for quota in row.bodies if quota.body == body)
    return BodyLine(
        body=body,
        met=counts[QuotaResult.MET],
        short=counts[QuotaResult.SHORT],
        no_council=counts[QuotaResult.NO_COUNCIL],
        no_rule=counts[QuotaResult.NO_RULE],
        met_percent=_met_percent(counts),
    )


def _ruled(counts: Counter[QuotaResult]) -> int:
    return counts.total() - counts[QuotaResult.NO_RULE]


def _met_percent(counts: Counter[QuotaResult]) -> Decimal | None:
    ruled = _ruled(counts)
    return percent_cut(counts[QuotaResult.MET], ruled) if ruled else None


def _shortfall(place: Place, quota: BodyQuota) -> Shortfall:
    if quota.verdict == QuotaResult.NO_COUNCIL:
        reason = f"没有在任的{quota.body.label}成员"
        remedy = f"召开会议选举产生{quota.body.label}，并登记届次和成员"
        return Shortfall(place=place, quota=quota, reason=reason, remedy=remedy)
    required = _plain(quota.required_percent)
    reason = f"{quota.total}人中基层一线{quota.counted}人，占{quota.percent}%，低于{required}%"
    return Shortfall(place=place, quota=quota, reason=reason, remedy=_remedy(quota))


def _remedy(quota: BodyQuota) -> str:
    replaced = f"将{quota.short_by_replacement}席调整为基层一线人员"
    if quota.short_by_addition is None:
        return replaced
    return f"{replaced}，或增补{quota.short_by_addition}名基层一线人员"


def _plain(percent: Decimal | None) -> str:
    return f"{percent.normalize():f}" if percent is not None else ""


def _rules(rows: Iterable[QuotaRow]) -> tuple[QuotaRuleLine, ...]:
    bound: Counter[tuple[Citation, Body, Decimal, Citation | None]] = Counter()
    for row in rows:
        for quota in row.bodies:
            if quota.rule and quota.required_percent is not None:
                bound[quota.rule, quota.body, quota.required_percent, quota.weaker_than] += 1
    return tuple(
        QuotaRuleLine(rule=rule, body=body, required_percent=percent, bound=count, weaker_than=weaker)
        for (rule, body, percent, weaker), count in bound.items()
    )
