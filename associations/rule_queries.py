"""The rules in force, ready to be resolved for any association of a subtree."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from .enums import CODE_WIDTH, SuccessionKind
from .models import Association, Rule, Succession
from .rules import Citation, Reach, RuleBook

M = TypeVar("M", bound=Rule)


@dataclass(frozen=True, kw_only=True)
class Clause(Generic[M]):
    """A rule as its document has it, with the reach and citation that resolution needs."""

    rule: M
    reach: Reach
    citation: Citation

    @property
    def key(self) -> int:
        return self.rule.pk


class CodesOn:
    """The codes of one day: those that changed since, and the present ones for the rest."""

    def __init__(self, on: date) -> None:
        later = Succession.objects.scoped().filter(on__gt=on, kind=SuccessionKind.RECODE)
        newest_first = later.order_by("-on", "-pk").values_list("association_id", "old_code")
        self.changed = dict(newest_first)

    def of(self, association: Association) -> str:
        return self.changed.get(association.pk, association.code)


def common_node(codes: Iterable[str]) -> str:
    """Return the code of the lowest place that all codes lie in or are; empty where they share none."""
    present = list(codes)
    first, last = min(present, default=""), max(present, default="")
    # What the first and the last in order share, all between them share.
    shared = (first[:width] for width in CODE_WIDTH.values() if first[:width] == last[:width])
    return max((code.partition("-")[0] for code in shared), key=len, default="")


def clauses(family: type[M], *, node: str, on: date, codes: CodesOn) -> list[Clause[M]]:
    """Read the rules of a family that are in force on the day and reach `node` or a place below it."""
    rules = family.objects.reaching(node) if not codes.changed else family.objects.scoped()
    rules = rules.in_force(on=on).select_related("document__issuer", "scope")
    return [
        Clause(
            rule=rule,
            reach=Reach(
                issuer_code=codes.of(rule.document.issuer),
                scope_code=codes.of(rule.scope),
                levels=tuple(rule.levels),
                starts_on=rule.starts_on,
                ends_on=rule.ends_on,
                dated_on=rule.document.dated_on or rule.starts_on,
            ),
            citation=citation_of(rule),
        )
        for rule in rules
    ]


def citation_of(rule: Rule) -> Citation:
    """Say where a rule stands; its document and issuer must be loaded."""
    document = rule.document
    return Citation(
        document_number=document.number,
        title=document.title,
        clause=rule.clause,
        issuer_code=document.issuer.code,
        issuer_name=document.issuer.name,
    )


def rule_books(
    family: type[M],
    *,
    by: str,
    node: str,
    on: date,
    codes: CodesOn,
    is_weaker: Callable[[M, M], bool],
) -> dict[str, RuleBook[Clause[M]]]:
    """Group a family's clauses by the field `by` (a body, a milestone) into one rule book for each value."""
    grouped: defaultdict[str, list[Clause[M]]] = defaultdict(list)
    for clause in clauses(family, node=node, on=on, codes=codes):
        grouped[getattr(clause.rule, by)].append(clause)
    return {
        value: RuleBook(found, is_weaker=lambda one, other: is_weaker(one.rule, other.rule))
        for value, found in grouped.items()
    }
