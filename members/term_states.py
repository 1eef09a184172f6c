"""The term that sits on a day and where it stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, DateField, F, Func, Q, Value, When

from associations.enums import Level
from associations.models import Association, TermRule
from associations.models.association import AssociationQuerySet, code_borne
from associations.policies.rule_book import Citation, RuleBook
from associations.policies.rule_queries import Clause, clauses
from associations.register.codes_on import CodesOn, common_node

from .enums import TermState
from .models import Term
from .models.council import TermQuerySet
from .rules import DEFAULT_MAX_DELAY_MONTHS, default_term_years, last_due_soon, term_due_on, term_state

TermBook = RuleBook[Clause[TermRule]]


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


class YearsLater(Func):
    """A day moved by whole years as `add_years` does it: 29 February becomes the 28th in common years."""

    template = "(%(expressions)s)::date"
    arg_joiner = " + interval '1 year' * "
    output_field = DateField()


def term_book(node: str, *, on: date, codes: CodesOn) -> TermBook:
    """Read the rules on the length of terms that may bind an association at or under `node`."""
    return RuleBook(
        clauses(TermRule, node=node, on=on, codes=codes),
        is_weaker=lambda one, other: one.rule.asks_less_than(other.rule),
    )


def sitting_terms(
    associations: Sequence[Association],
    *,
    on: date,
    codes: CodesOn | None = None,
    book: TermBook | None = None,
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
    if book is None:
        book = term_book(common_node(map(codes.of, associations)), on=on, codes=codes)
    return {
        association.pk: standing_of(association, sitting.get(association.pk), book, on=on, codes=codes)
        for association in associations
    }


def standing_of(
    association: Association, term: Term | None, book: TermBook, *, on: date, codes: CodesOn
) -> SittingTerm:
    """Say where a term that sits on the day stands, by the rule that binds its association."""
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


def terms_sitting(places: AssociationQuerySet, *, on: date, book: TermBook) -> TermQuerySet:
    """Keep the terms that sit on the day at the places, each with its `due_on`, which the database works out.

    The rules stand in the statement in the order in which they bind, so that the first that reaches a place
    decides, as in `RuleBook.binding`.
    """
    ruled = [
        When(
            code_on__startswith=clause.reach.scope_code,
            association__level__in=clause.reach.levels,
            then=Value(clause.rule.years),
        )
        for clause in book.by_precedence
    ]
    usual = [When(association__level=level, then=Value(default_term_years(level))) for level in Level]
    return (
        Term.objects.scoped()
        .in_force(on=on)
        .filter(association__in=places.values("pk"))
        .annotate(code_on=code_borne(on, by="association", code="association__code"))
        .annotate(due_on=YearsLater(F("starts_on"), Case(*ruled, *usual)))
    )


def standing_in(states: Collection[TermState], *, on: date) -> Q:
    """Return the condition on `due_on` under which a sitting term is in one of the states.

    How long a delay may last is not part of it: whoever asks for 届满未换届 asks for the long ones too.
    """
    soon = last_due_soon(on)
    spans = {
        TermState.IN_TERM: Q(due_on__gt=soon),
        TermState.DUE_SOON: Q(due_on__gte=on, due_on__lte=soon),
        TermState.OVERDUE: Q(due_on__lt=on),
        TermState.LONG_OVERDUE: Q(due_on__lt=on),
    }
    condition = Q(pk__in=[])
    for state in states:
        condition |= spans[state]
    return condition
