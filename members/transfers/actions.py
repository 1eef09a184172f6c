"""Writes about transfers that two offices agree on: asked by the one, accepted or declined by the other."""

from datetime import date, datetime

import pghistory
from django.db import transaction

from associations.models import Association
from associations.permissions import require
from members.enums import TransferState
from members.membership_steps import hold_members, move, record_findings, refuse_any
from members.models import MemberGroup, Membership, TransferRequest
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import BEIJING
from portal.records.saving import refusal, save_record, save_version
from portal.records.subjects import lock_of

from .messages import tell_answered, tell_asked

NOT_WAITING = "该申请已办结或已过期，不能再办理"
RECORD_CHANGED = "该会员的档案在申请后有变动，不能接收；请退回该申请，由对方核对后重新提出"


@transaction.atomic
def ask(*, membership: Membership, to_code: str, reason: str, by: User, at: datetime) -> TransferRequest:
    """Ask the association at a code to take over a member whose own record `by` edits, too.

    Whether the association exists is not told.

    Raises: RuleViolation.
    """
    current = _locked_membership(membership.pk)
    require(Permission.EDIT_RECORDS, by, current.association.code)
    if current.left_on is not None:
        raise refusal("该会员已退会，不能申请转出", code="already_left")
    if by.scope.covers(Permission.EDIT_RECORDS, to_code):
        message = "该代码在您的管理范围内，请直接办理转会"
        raise refusal(message, code="within_reach", field="to_code")
    (member,) = hold_members([current])
    refuse_any(record_findings([member], by=by))
    on = _day(at)
    waiting = TransferRequest.objects.scoped().of([current.pk]).filter(state=TransferState.WAITING)
    for earlier in waiting.settled(on=on).select_for_update(of=("self",)):
        _settle(earlier, TransferState.EXPIRED, by=None, at=at)
    request = TransferRequest(
        membership=current,
        to_code=to_code,
        reason=reason,
        record_at=member.association,
        asked_on=on,
        asked_by=by,
    )
    save_record(request)
    tell_asked(request, on=on)
    return request


@transaction.atomic
def accept(
    *,
    request: TransferRequest,
    on: date,
    by: User,
    at: datetime,
    seen: int,
    group: MemberGroup | None = None,
) -> Membership:
    """Take over the member from the day `on`: only now the record moves.

    Raises: RuleViolation, with the code `stale` when the request was changed since version `seen`.
    """
    membership = _locked_membership(request.membership_id)
    locked = _waiting(request, seen=seen, at=at)
    to = _receiving(locked, by=by)
    if membership.left_on is not None:
        raise refusal("该会员已从原协会退会，不能接收；请退回该申请", code="already_left")
    (member,) = hold_members([membership])
    # Elsewhere those who asked may not reach it. What changed is not for the receiving office to know.
    if member.association_id != locked.record_at_id or lock_of(member):
        raise refusal(RECORD_CHANGED, code="record_changed")
    with pghistory.context(purpose=f"接收转会申请 {locked.pk}"):
        (moved,) = move([membership], to=to, on=on, group=group)
        _settle(locked, TransferState.ACCEPTED, by=by, at=at)
    tell_answered(locked, on=_day(at))
    return moved


@transaction.atomic
def decline(*, request: TransferRequest, answer: str, by: User, at: datetime, seen: int) -> None:
    """Send a request back with a reason; the member stays where they are.

    Raises: RuleViolation, with the code `stale` when the request was changed since version `seen`.
    """
    locked = _waiting(request, seen=seen, at=at)
    _receiving(locked, by=by)
    _settle(locked, TransferState.DECLINED, by=by, at=at, answer=answer)
    tell_answered(locked, on=_day(at))


@transaction.atomic
def withdraw(*, request: TransferRequest, by: User, at: datetime, seen: int) -> None:
    """Take a request back that nobody has answered.

    Raises: RuleViolation, with the code `stale` when the request was changed since version `seen`.
    """
    locked = _waiting(request, seen=seen, at=at)
    require(Permission.EDIT_RECORDS, by, locked.membership.association.code)
    _settle(locked, TransferState.WITHDRAWN, by=by, at=at)


def _locked_membership(key: int) -> Membership:
    rows = Membership.objects.scoped().select_for_update(of=("self",))
    return rows.select_related("association", "person__association", "organisation__association").get(pk=key)


def _waiting(request: TransferRequest, *, seen: int, at: datetime) -> TransferRequest:
    rows = TransferRequest.objects.scoped().select_related("membership__association")
    locked = rows.select_for_update(of=("self",)).get(pk=request.pk)
    if locked.state_on(_day(at)) != TransferState.WAITING:
        raise refusal(NOT_WAITING, code="not_waiting")
    if locked.version != seen:
        raise refusal("该申请已被他人修改，请核对后再办理", code="stale")
    return locked


def _receiving(request: TransferRequest, *, by: User) -> Association:
    mine = Association.objects.visible_to(by, Permission.EDIT_RECORDS)
    to = mine.filter(code=request.to_code).first()
    if to is None:
        raise refusal("没有这个申请，或不在您的管理范围内", code="missing")
    return to


def _settle(
    request: TransferRequest, state: TransferState, *, by: User | None, at: datetime, answer: str = ""
) -> None:
    request.state, request.answered_by, request.answered_at, request.answer = state, by, at, answer
    save_version(request, seen=request.version)


def _day(at: datetime) -> date:
    return at.astimezone(BEIJING).date()
