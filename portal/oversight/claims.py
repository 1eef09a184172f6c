"""The verifier's list: claims that wait, each against the deadline that binds it."""

from dataclasses import dataclass
from datetime import date

from associations.enums import Milestone
from associations.milestones.queries import Place, queue_page
from associations.models import MilestoneEvent
from portal.accounts.models import User

from .reform import statuses_of_many
from .verdicts import MilestoneStatus


@dataclass(frozen=True, kw_only=True)
class WaitingClaim:
    """A claim, how long it has waited, and where its milestone stands (None where no rule binds any more)."""

    claim: MilestoneEvent
    days: int
    status: MilestoneStatus | None


@dataclass(frozen=True, kw_only=True)
class WaitingClaims:
    """One page of the list; see `QueuePage`."""

    rows: tuple[WaitingClaim, ...]
    count: int
    previous: Place | None
    following: Place | None


def claims_waiting(user: User, *, on: date, place: Place | None, size: int) -> WaitingClaims:
    """Return one page of the claims that wait for the user on the day, oldest first."""
    page = queue_page(user, on=on, place=place, size=size)
    associations = {claim.association_id: claim.association for claim in page.claims}
    statuses = {
        (pk, status.milestone): status
        for pk, found in statuses_of_many(list(associations.values()), on=on).items()
        for status in found
    }
    rows = tuple(
        WaitingClaim(
            claim=claim,
            days=(on - claim.on).days,
            status=statuses.get((claim.association_id, Milestone(claim.milestone))),
        )
        for claim in page.claims
    )
    return WaitingClaims(rows=rows, count=page.count, previous=page.previous, following=page.following)
