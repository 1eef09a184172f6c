"""What waits for a clerk or a verifier on their own dashboard."""

from dataclasses import dataclass

from associations.enums import MilestoneState
from associations.milestones.queries import COUNT_LIMIT
from associations.models import MilestoneEvent
from portal.accounts.models import User
from portal.accounts.roles import Permission

from .overview import Overview
from .verdicts import MilestoneStatus


@dataclass(frozen=True, kw_only=True)
class Duties:
    """Claims of one's own that were returned, claims to verify, councils past their term.

    What a user may not work on is None, and differs from having nothing to do. `claims` stops at one above
    COUNT_LIMIT.
    """

    returned: tuple[MilestoneStatus, ...] | None
    claims: int | None
    ended_terms: int | None


def duties_of(user: User, overview: Overview) -> Duties | None:
    """Count what waits for the user at the place of the dashboard; None for whoever only looks.

    The returned claims are those of the place itself: what is returned below is the work of the office below.
    """
    scope, code = user.scope, overview.association.code
    edits = scope.covers(Permission.EDIT_RECORDS, code)
    claims = scope.covers(Permission.CLAIM, code)
    verifies = scope.covers(Permission.VERIFY, code)
    if not (edits or claims or verifies):
        return None
    returned = (status for status in overview.own_statuses if status.state == MilestoneState.RETURNED)
    return Duties(
        returned=tuple(returned) if claims else None,
        claims=_claims_waiting(user, overview) if verifies else None,
        ended_terms=overview.terms.ended_count if edits else None,
    )


def _claims_waiting(user: User, overview: Overview) -> int:
    waiting = MilestoneEvent.objects.judged_by(user).waiting(on=overview.on)
    return waiting[: COUNT_LIMIT + 1].count()
