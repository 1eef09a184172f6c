"""The term that sits on a day and where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from associations.models import Association, TermRule
from associations.policies.rule_book import Citation, RuleBook
from associations.policies.rule_queries import Clause, clauses
from associations.register.codes_on import CodesOn, common_node

from .enums import TermState
from .models import Term
from .rules import DEFAULT_MAX_DELAY_MONTHS, default_term_years, term_due_on, term_state


@dataclass(frozen=True, kw_only=True)
class SittingTerm:
    """The term that sits and when it is due to end; `rule` None means the default length."""

    state: TermState
    number: int | None = None
    key: int | None = None
    starts_on: date | None = None
    due_on: date | None = None
    rule: Citation | None = None


NO_TERM = SittingTerm(state=TermState.NONE)


def sitting_terms(
    associations: Sequence[Association], *, on: date, codes: CodesOn | None = None
) -> dict[int, SittingTerm]:
    """Read the sitting term of every association, in three statements; `NO_TERM` where none sits.

    A term sits until the next one begins, so that one without an end goes on and grows overdue.
    """
    codes = codes or CodesOn(on)
    sitting = {
        term.association_id: term
        for term in Term.objects.scoped()
        .in_force(on=on)
        .filter(association__in=[each.pk for each in associations])
    }
    node = common_node(codes.of(association) for association in associations)
    book = RuleBook(
        clauses(TermRule, node=node, on=on, codes=codes),
        is_weaker=lambda one, other: one.rule.asks_less_than(other.rule),
    )
    return {
        association.pk: _stand(association, sitting.get(association.pk), book, on=on, codes=codes)
        for association in associations
    }


def _stand(
    association: Association, term: Term | None, book: RuleBook[Clause[TermRule]], *, on: date, codes: CodesOn
) -> SittingTerm:
    if term is None:
        return NO_TERM
    binding = book.binding(code=codes.of(association), level=association.level, on=on)
    rule = binding.rule.rule if binding else None
    due_on = term_due_on(term.starts_on, years=rule.years if rule else default_term_years(association.level))
    delay = rule.max_delay_months if rule else DEFAULT_MAX_DELAY_MONTHS
    return SittingTerm(
        state=term_state(due_on=due_on, on=on, max_delay_months=delay),
        number=term.number,
        key=term.pk,
        starts_on=term.starts_on,
        due_on=due_on,
        rule=binding.rule.citation if binding else None,
    )
