"""Quota verdicts: the one place that sets a body's seats against the rule that binds it."""

from collections.abc import Sequence
from datetime import date

from associations.enums import Body
from associations.models import Association, QuotaRule
from associations.policies.rule_book import Binding
from associations.policies.rule_queries import Clause
from members.rules import QuotaResult, judge_quota
from members.seat_counts import Seat, SeatCount, seat_counts

from .rules_under import RulesUnder
from .verdicts import BodyQuota

NOBODY = SeatCount()


def quotas_of(association: Association, *, on: date) -> tuple[BodyQuota, ...]:
    """Judge the congress, the council and the standing council of one association on a day."""
    return quotas_of_many([association], on=on)[association.pk]


def quotas_of_many(
    associations: Sequence[Association], *, on: date, rules: RulesUnder | None = None
) -> dict[int, tuple[BodyQuota, ...]]:
    """Judge the bodies of many associations, in three statements whatever their number.

    Shape: for each association's key its congress, council and standing council, in this order.
    """
    rules = rules or RulesUnder.above(associations, on=on)
    counts = seat_counts([association.pk for association in associations], on=on)
    return {association.pk: _judge_all(association, counts, rules) for association in associations}


def what_if(
    association: Association, *, on: date, leave: Sequence[int], enter: Sequence[Seat]
) -> tuple[BodyQuota, ...]:
    """Judge the bodies as if the appointments `leave` had ended and `enter` were filled; writes nothing."""
    counts = seat_counts([association.pk], on=on, leave=leave, enter=enter)
    return _judge_all(association, counts, RulesUnder.above([association], on=on))


# What a body is that a quota binds and that does not meet it.
NOT_MET = (QuotaResult.SHORT, QuotaResult.NO_COUNCIL)


def meets_all(quotas: Sequence[BodyQuota]) -> bool:
    """Claim that at least one quota binds and that every one that binds is met."""
    ruled = [quota for quota in quotas if quota.verdict != QuotaResult.NO_RULE]
    return bool(ruled) and all(quota.verdict == QuotaResult.MET for quota in ruled)


def _judge_all(
    association: Association, counts: dict[tuple[int, Body], SeatCount], rules: RulesUnder
) -> tuple[BodyQuota, ...]:
    code, level = rules.codes.of(association), association.level
    # Nothing is asked of a place on a day on which it does not count: the same set as `bound_by_quotas`.
    books = rules.quotas if association.is_counted(on=rules.on) else {}
    return tuple(
        _judge(
            body,
            counts.get((association.pk, body), NOBODY),
            books[body].binding(code=code, level=level, on=rules.on) if body in books else None,
        )
        for body in Body
    )


def _judge(body: Body, count: SeatCount, binding: Binding[Clause[QuotaRule]] | None) -> BodyQuota:
    rule = binding.rule.rule if binding else None
    superior = binding.weaker_than if binding else None
    counted = count.counted(rule.constituencies) if rule else 0
    min_percent = rule.min_percent if rule else None
    verdict = judge_quota(counted=counted, total=count.total, min_percent=min_percent)
    return BodyQuota(
        body=body,
        total=count.total,
        counted=counted,
        verdict=verdict.result,
        percent=verdict.percent if rule else None,
        required_percent=min_percent,
        short_by_replacement=verdict.short_by_replacement,
        short_by_addition=verdict.short_by_addition,
        rule=binding.rule.citation if binding else None,
        weaker_than=superior.citation if superior else None,
        superior_percent=superior.rule.min_percent if superior else None,
    )
