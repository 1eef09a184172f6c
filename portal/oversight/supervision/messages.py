"""Tell an office that a notice has come to it, or what became of its own."""

from collections.abc import Sequence
from datetime import date

from django.urls import reverse

from associations.models import Association
from portal.accounts.holders import holders
from portal.accounts.roles import Permission
from portal.inbox.actions import send
from portal.inbox.enums import Topic
from portal.oversight.enums import NoticeStep
from portal.oversight.models import SupervisionStep

from .permissions import handler_of

TO_SUBJECT = {
    NoticeStep.NOTICED: "收到督办“{subject}”，请于 {due_on} 前回复",
    NoticeStep.RETURNED: "督办“{subject}”的回复被退回，请于 {due_on} 前重新回复",
    NoticeStep.CLOSED: "督办“{subject}”已办结",
    NoticeStep.WITHDRAWN: "督办“{subject}”已撤回",
}
TO_HANDLER = {
    NoticeStep.ANSWERED: "{association}已回复督办“{subject}”，请审核",
    NoticeStep.RAISED: "{association}的督办“{subject}”提请本级处理",
}


def tell_step(step: SupervisionStep, *, earlier: Sequence[SupervisionStep], on: date) -> None:
    """Send the step to the office that it leaves the notice with; before it is issued nobody is told."""
    notice, what = step.notice, NoticeStep(step.step)
    is_issued = any(each.step == NoticeStep.NOTICED for each in (*earlier, step))
    if what in TO_SUBJECT and is_issued:
        _send(step, TO_SUBJECT[what], to=notice.association, holding=Permission.CLAIM, on=on)
    elif what in TO_HANDLER:
        handler = handler_of(notice, [*earlier, step])
        _send(step, TO_HANDLER[what], to=handler, holding=Permission.EDIT_RECORDS, on=on)


def _send(step: SupervisionStep, words: str, *, to: Association, holding: Permission, on: date) -> None:
    notice = step.notice
    offices = holders(holding, on=on, code=to.code)
    send(
        to=offices.nearest(to.code) - {step.by_id},
        topic=Topic.NOTICE,
        key=f"supervision-step:{step.pk}",
        text=words.format(
            subject=notice.subject, association=notice.association.short_name, due_on=step.due_on
        ),
        url=reverse("oversight:notice", args=[notice.pk]),
        association=to,
    )
