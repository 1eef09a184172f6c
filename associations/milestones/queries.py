"""The histories of milestones, and the claims that wait for their verifier."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from associations.enums import Milestone, MilestoneStep
from associations.models import Association, MilestoneEvent
from portal.accounts.models import User

COUNT_LIMIT = 1_000


@dataclass(frozen=True, kw_only=True)
class Place:
    """A claim at the edge of a page of the queue: pages go on behind it, or back before it."""

    on: date
    pk: int
    is_backwards: bool = False


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """Claims that wait, oldest first; `count` stops at one above COUNT_LIMIT."""

    claims: tuple[MilestoneEvent, ...]
    count: int
    previous: Place | None
    following: Place | None


def histories_of(association: Association, *, on: date) -> dict[Milestone, tuple[MilestoneEvent, ...]]:
    """Return the steps of each milestone up to the day, in order, in one statement."""
    events = association.milestone_events.up_to(on).select_related("by__association", "file")
    grouped: defaultdict[Milestone, list[MilestoneEvent]] = defaultdict(list)
    for event in events.order_by("on", "pk"):
        grouped[Milestone(event.milestone)].append(event)
    return {milestone: tuple(steps) for milestone, steps in grouped.items()}


def standing_claim(steps: Sequence[MilestoneEvent]) -> MilestoneEvent | None:
    """Return the claim that waits or is verified, given a milestone's steps in order."""
    if not steps or steps[-1].step not in (MilestoneStep.CLAIMED, MilestoneStep.VERIFIED):
        return None
    return next(step for step in reversed(steps) if step.step == MilestoneStep.CLAIMED)


def queue_page(user: User, *, on: date, place: Place | None, size: int) -> QueuePage:
    """Return one page of the claims that the user may verify or return, oldest first."""
    waiting = MilestoneEvent.objects.judged_by(user).waiting(on=on)
    is_backwards = place is not None and place.is_backwards
    order = ("-on", "-pk") if is_backwards else ("on", "pk")
    rows = waiting.filter(_beyond(place)).select_related("association__parent", "file").order_by(*order)
    found = list(rows[: size + 1])
    shown, has_more = found[:size], len(found) > size
    if is_backwards:
        shown.reverse()
    has_before = has_more if is_backwards else place is not None
    has_after = is_backwards or has_more
    return QueuePage(
        claims=tuple(shown),
        count=waiting[: COUNT_LIMIT + 1].count(),
        previous=_edge(shown[0], is_backwards=True) if shown and has_before else None,
        following=_edge(shown[-1], is_backwards=False) if shown and has_after else None,
    )


def _beyond(place: Place | None) -> Q:
    if place is None:
        return Q()
    side = "lt" if place.is_backwards else "gt"
    return Q(**{f"on__{side}": place.on}) | Q(on=place.on, **{f"pk__{side}": place.pk})


def _edge(claim: MilestoneEvent, *, is_backwards: bool) -> Place:
    return Place(on=claim.on, pk=claim.pk, is_backwards=is_backwards)
