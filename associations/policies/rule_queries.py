"""The rules in force, ready to be resolved for any association of a subtree."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar, cast

from django.db.models import Q

from associations.enums import Visibility
from associations.models import PolicyDocument, Rule
from associations.policies.rule_book import Citation, Reach, RuleBook
from associations.register.codes_on import CodesOn
from portal.accounts.scope import shortest, under_any

M = TypeVar("M", bound=Rule)


@dataclass(frozen=True, kw_only=True)
class Clause(Generic[M]):
    """A rule as its document has it, with the reach and citation that resolution needs."""

    rule: M
    reach: Reach
    citation: Citation

    @property
    def key(self) -> int:
        return int(self.rule.pk)


def clauses(family: type[M], *, node: str, on: date, codes: CodesOn) -> list[Clause[M]]:
    """Read the rules of a family that are in force on the day and reach `node` or a place below it."""
    rules = family.objects.reaching(node) if not codes.changed else family.objects.scoped()
    rules = rules.in_force(on=on).select_related("document__issuer", "scope")
    return [
        Clause(
            rule=cast(M, rule),
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


def reached(reaches: Iterable[Reach], *, node: str) -> Q:
    """Return the condition that one of the rules in force reaches an association that lies under `node`.

    It reads `code_on`, which `under_on()` annotates.
    """
    scopes: defaultdict[int, set[str]] = defaultdict(set)
    for reach in reaches:
        if node.startswith(reach.scope_code) or reach.scope_code.startswith(node):
            for level in reach.levels:
                scopes[level].add(reach.scope_code)
    condition = Q(pk__in=[])
    for level, codes in sorted(scopes.items()):
        # Where a scope covers the whole node, the level alone decides and no code is compared.
        covers_node = any(node.startswith(code) for code in codes)
        condition |= Q(level=level) & (Q() if covers_node else under_any("code_on", shortest(codes)))
    return condition


def citation_of(rule: Rule) -> Citation:
    """Say where a rule stands; its document and issuer must be loaded.

    Whom a rule binds may know its number and clause. The title of a restricted document says what it is
    about, so it stays out of every citation, whoever reads it: reports are kept and handed on.
    """
    document = rule.document
    return Citation(
        document_number=document.number,
        title=_citable_title(document),
        clause=rule.clause,
        issuer_code=document.issuer.code,
        issuer_name=document.issuer.name,
    )


def _citable_title(document: PolicyDocument) -> str:
    if document.visibility != Visibility.RESTRICTED:
        return document.title
    return "" if document.number else "受限文件"


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
