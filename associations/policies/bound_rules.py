"""Which rules of every family bind one association on a day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from associations.models import (
    RULE_FAMILIES,
    Association,
    KeyTaskRule,
    MilestoneRule,
    ObservanceRule,
    PolicyDocument,
    PostRule,
    Provision,
    QuotaRule,
    Rule,
)
from associations.policies.rule_book import Binding, RuleBook
from associations.policies.rule_queries import Clause, clauses
from associations.register.codes_on import CodesOn
from portal.accounts.models import User

# What the rules of a family compete for; in the families left out one rule answers for all.
SUBJECTS: dict[type[Rule], str] = {
    QuotaRule: "body",
    MilestoneRule: "milestone",
    PostRule: "post",
    ObservanceRule: "name",
}


@dataclass(frozen=True, kw_only=True)
class BoundRule:
    """A rule that binds an association, and the rule further up that asks more."""

    rule: Rule
    weaker_than: Rule | None
    is_readable: bool


@dataclass(frozen=True, kw_only=True)
class BoundFamily:
    """What one family asks of an association; none bound means 无规定."""

    family: type[Rule]
    bound: tuple[BoundRule, ...]


def rules_binding(association: Association, *, on: date, user: User) -> tuple[BoundFamily, ...]:
    """Return what each family asks of an association on the day: nearest issuer, then newest.

    The six tasks bind as one document lists them, so that no task is counted twice under two names. Other
    provisions do not compete: all that reach the association are returned, if the user may read them.
    """
    codes = CodesOn(on)
    bound = {family: _bound(family, association, on=on, codes=codes) for family in RULE_FAMILIES}
    cited = {found.rule.rule.document_id for bindings in bound.values() for found in bindings}
    readable = set(PolicyDocument.objects.visible_to(user).filter(pk__in=cited).values_list("pk", flat=True))
    return tuple(
        BoundFamily(
            family=family,
            bound=tuple(
                BoundRule(
                    rule=found.rule.rule,
                    weaker_than=found.weaker_than.rule if found.weaker_than else None,
                    is_readable=found.rule.rule.document_id in readable,
                )
                for found in bindings
                if family is not Provision or found.rule.rule.document_id in readable
            ),
        )
        for family, bindings in bound.items()
    )


def _bound(
    family: type[Rule], association: Association, *, on: date, codes: CodesOn
) -> list[Binding[Clause[Rule]]]:
    code, level = codes.of(association), association.level
    reaching = [
        clause
        for clause in sorted(clauses(family, node=code, on=on, codes=codes), key=attrgetter("key"))
        if clause.reach.covers(code=code, level=level, on=on)
    ]
    if family is Provision:
        return [Binding(rule=clause, weaker_than=None) for clause in reaching]
    bindings = [
        RuleBook(competing, is_weaker=_asks_less).binding(code=code, level=level, on=on)
        for competing in _by_subject(family, reaching)
    ]
    found = [binding for binding in bindings if binding]
    return _whole_set(found, reaching) if family is KeyTaskRule else found


def _by_subject(family: type[Rule], reaching: Sequence[Clause[Rule]]) -> Iterable[list[Clause[Rule]]]:
    subject = SUBJECTS.get(family)
    grouped: defaultdict[str, list[Clause[Rule]]] = defaultdict(list)
    for clause in reaching:
        grouped[getattr(clause.rule, subject) if subject else ""].append(clause)
    return grouped.values()


def _whole_set(
    found: Sequence[Binding[Clause[Rule]]], reaching: Sequence[Clause[Rule]]
) -> list[Binding[Clause[Rule]]]:
    documents = {binding.rule.rule.document_id for binding in found}
    tasks = [clause for clause in reaching if clause.rule.document_id in documents]
    return [
        Binding(rule=clause, weaker_than=None) for clause in sorted(tasks, key=attrgetter("rule.position"))
    ]


def _asks_less(one: Clause[Rule], other: Clause[Rule]) -> bool:
    return one.rule.asks_less_than(other.rule)
