"""The histories of milestones, and the claims that wait for their verifier."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from portal.accounts.models import User

from .enums import Milestone, MilestoneStep
from .models import Association, MilestoneEvent

COUNT_LIMIT = 1_000


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a page of the queue begins: behind the claim of this day and key."""

    on: date
    pk: int


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """Claims that wait, oldest first; `count` stops at one above COUNT_LIMIT."""

    claims: tuple[MilestoneEvent, ...]
    count: int
    next_place: Place | None


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


def queue_page(user: User, *, on: date, after: Place | None, size: int) -> QueuePage:
    """Return one page of the claims that the user may verify or return, oldest first."""
    waiting = MilestoneEvent.objects.judged_by(user).waiting(on=on)
    beyond = waiting.filter(Q(on__gt=after.on) | Q(on=after.on, pk__gt=after.pk)) if after else waiting
    found = list(beyond.select_related("association__parent", "file").order_by("on", "pk")[: size + 1])
    shown, more = found[:size], len(found) > size
    return QueuePage(
        claims=tuple(shown),
        count=waiting.order_by()[: COUNT_LIMIT + 1].count(),
        next_place=Place(on=shown[-1].on, pk=shown[-1].pk) if more else None,
    )
