"""Tell an office what became of its claim."""

from django.urls import reverse

from associations.enums import Milestone, MilestoneStep
from associations.models import MilestoneEvent
from portal.accounts.holders import holders
from portal.accounts.roles import Permission
from portal.inbox.actions import send
from portal.inbox.enums import Topic

WORDS = {MilestoneStep.VERIFIED: "已核实", MilestoneStep.RETURNED: "被退回，请按理由补正后重新申报"}


def tell_judged(event: MilestoneEvent, *, claimed_by: int | None) -> None:
    """Send the judgement to who claimed and to the office that answers for the association."""
    association = event.association
    office = holders(Permission.CLAIM, on=event.on, code=association.code).nearest(association.code)
    told = office | ({claimed_by} if claimed_by else set())
    send(
        to=told - {event.by_id},
        topic=Topic.CLAIM,
        key=f"milestone-event:{event.pk}",
        text=f"{association.short_name}“{Milestone(event.milestone).label}”{WORDS[MilestoneStep(event.step)]}",
        url=reverse("oversight:milestone", args=[association.code, event.milestone]),
        association=association,
    )
