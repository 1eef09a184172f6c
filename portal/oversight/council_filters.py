"""What a list of councils is narrowed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from associations.enums import Level
from associations.models import Association
from associations.models.association import AssociationQuerySet
from associations.register.codes_on import CodesOn
from associations.register.queries import matching
from members.enums import TermState
from members.models import Term
from members.rules import QuotaResult
from members.term_states import sitting_terms

from .quotas import meets_all, quotas_of_many
from .reform import bound_under
from .verdicts import BodyQuota

ENDED = (TermState.OVERDUE, TermState.LONG_OVERDUE)
ENDING = (TermState.DUE_SOON, *ENDED)


@dataclass(frozen=True, kw_only=True)
class CouncilFilter:
    """What a list keeps; an empty value does not narrow.

    `is_met`: every quota that binds is met, or one is short. `bound_only`: reform milestones bind the level.
    """

    level: Level | None = None
    text: str = ""
    states: tuple[TermState, ...] = ()
    is_met: bool | None = None
    bound_only: bool = False


def narrowed(
    found: AssociationQuerySet, wanted: CouncilFilter, *, node: Association, on: date, codes: CodesOn
) -> AssociationQuerySet:
    """Keep what is wanted; villages without a term appear only when somebody asks for them.

    A filter on terms or verdicts judges every sitting council of the list, in a fixed number of statements.
    """
    sits = Exists(Term.objects.scoped().in_force(on=on).filter(association=OuterRef("pk")))
    if wanted.level is not None:
        found = found.at_level(wanted.level)
    if wanted.text:
        found = found.filter(matching(wanted.text))
    if wanted.bound_only:
        found = found.filter(pk__in=[each.pk for each in bound_under(node.code, on=on, codes=codes)])
    if wanted.states == (TermState.NONE,):
        return found.filter(~sits)
    if wanted.states or wanted.is_met is not None:
        judged = list(found.filter(sits))
        return found.filter(pk__in=_kept(judged, wanted, on=on, codes=codes))
    if wanted.level is None and not wanted.text:
        return found.filter(Q(level__lt=Level.VILLAGE) | sits)
    return found


def _kept(judged: list[Association], wanted: CouncilFilter, *, on: date, codes: CodesOn) -> list[int]:
    if wanted.states:
        terms = sitting_terms(judged, on=on, codes=codes)
        judged = [each for each in judged if terms[each.pk].state in wanted.states]
    if wanted.is_met is not None:
        quotas = quotas_of_many(judged, on=on, codes=codes)
        is_wanted = meets_all if wanted.is_met else _is_short
        judged = [each for each in judged if is_wanted(quotas[each.pk])]
    return [each.pk for each in judged]


def _is_short(quotas: Sequence[BodyQuota]) -> bool:
    return any(quota.verdict == QuotaResult.SHORT for quota in quotas)
