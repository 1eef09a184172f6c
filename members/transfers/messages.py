"""Tell an office that a request to take over a member has come to it, or what became of its own."""

from datetime import date

from django.urls import reverse

from associations.models import Association
from members.enums import TransferState
from members.models import TransferRequest
from portal.accounts.holders import holders
from portal.accounts.roles import Permission
from portal.inbox.actions import send
from portal.inbox.enums import Topic

ASKED = "有一项转入{place}的转会申请待办理"
ANSWERED = {
    TransferState.ACCEPTED: "{place}的一项转会申请已被接收",
    TransferState.DECLINED: "{place}的一项转会申请被退回，请查看原因",
}


def tell_asked(request: TransferRequest, *, on: date) -> None:
    """Tell the office that answers for the association at the code, if there is one."""
    to = Association.objects.scoped().filter(code=request.to_code).first()
    if to is not None:
        _send(request, ASKED, to=to, on=on, but=request.asked_by_id)


def tell_answered(request: TransferRequest, *, on: date) -> None:
    """Tell the office that asked."""
    words = ANSWERED[TransferState(request.state)]
    _send(request, words, to=request.membership.association, on=on, but=request.answered_by_id)


def _send(request: TransferRequest, words: str, *, to: Association, on: date, but: int | None) -> None:
    offices = holders(Permission.EDIT_RECORDS, on=on, code=to.code)
    send(
        to=offices.nearest(to.code) - {but},
        topic=Topic.TRANSFER,
        key=f"transfer-request:{request.pk}:{request.state}",
        text=words.format(place=to.short_name),
        url=reverse("members:request", args=[request.pk]),
        association=to,
    )
