"""What a list of councils is filtered to."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from associations.enums import Level
from associations.models import Association
from associations.models.association import AssociationQuerySet
from associations.register.queries import matching
from members.enums import TermState
from members.models import Term
from members.term_states import standing_in, terms_sitting

from .quotas import meets_all, quotas_of_many
from .rules_under import RulesUnder

ENDED = (TermState.OVERDUE, TermState.LONG_OVERDUE)
ENDING = (TermState.DUE_SOON, *ENDED)


@dataclass(frozen=True, kw_only=True)
class CouncilFilter:
    """What a list keeps; an empty value does not narrow.

    `is_met`: every quota that binds is met, or one is short or has no council.
    `bound_only`: some quota binds.
    """

    level: Level | None = None
    text: str = ""
    states: tuple[TermState, ...] = ()
    is_met: bool | None = None
    bound_only: bool = False


def narrowed(found: AssociationQuerySet, wanted: CouncilFilter, *, rules: RulesUnder) -> AssociationQuerySet:
    """Keep what is wanted of `rules.places`, in a fixed number of statements.

    Villages without a term appear only when somebody asks for them, or for all that a quota binds.
    """
    on = rules.on
    sits = Exists(Term.objects.scoped().in_force(on=on).filter(association=OuterRef("pk")))
    if wanted.level is not None:
        found = found.at_level(wanted.level)
    if wanted.text:
        found = found.filter(matching(wanted.text))
    if wanted.bound_only or wanted.is_met is not None:
        found = found.filter(rules.bound_by_quotas)
    if wanted.states == (TermState.NONE,):
        found = found.filter(~sits)
    elif wanted.states:
        terms = terms_sitting(rules.places, on=on, book=rules.terms)
        found = found.filter(pk__in=terms.filter(standing_in(wanted.states, on=on)).values("association"))
    if wanted.is_met is not None:
        return found.filter(pk__in=_judged(list(found), is_met=wanted.is_met, rules=rules))
    if wanted == CouncilFilter():
        return found.filter(Q(level__lt=Level.VILLAGE) | sits)
    return found


def _judged(bound: list[Association], *, is_met: bool, rules: RulesUnder) -> list[int]:
    quotas = quotas_of_many(bound, on=rules.on, rules=rules)
    return [each.pk for each in bound if meets_all(quotas[each.pk]) == is_met]
