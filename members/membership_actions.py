"""Writes of the rolls: who joins, leaves, moves to another association, is cleared from the list."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction

from associations.models import Association
from associations.permissions import require
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.records.saving import refusal, save_record

from .enums import LeaveReason, MemberCategory, MemberKind
from .membership_rules import group_findings, join_findings
from .membership_steps import close, hold_members, member_of, move, record_findings, refuse_any, spells_of
from .models import MemberGroup, MemberOrganisation, Membership, Person

MOST_TRANSFERS = 2_000


@transaction.atomic
def join(
    *,
    association: Association,
    member: Person | MemberOrganisation,
    joined_on: date,
    by: User,
    group: MemberGroup | None = None,
    category: MemberCategory = MemberCategory.OTHER,
    is_key_member: bool = False,
) -> Membership:
    """Put a person or an organisation on the roll of an association.

    Raises: RuleViolation.
    """
    require(Permission.EDIT_RECORDS, by, association.code, field="association")
    _lock_joining(member, by=by)
    membership = Membership(
        association=association,
        kind=MemberKind.INDIVIDUAL if isinstance(member, Person) else MemberKind.ORGANISATION,
        person=member if isinstance(member, Person) else None,
        organisation=None if isinstance(member, Person) else member,
        group=group,
        category=category,
        is_key_member=is_key_member,
        joined_on=joined_on,
    )
    _enter(membership)
    return membership


@transaction.atomic
def leave(*, membership: Membership, left_on: date, reason: LeaveReason, by: User, seen: int) -> None:
    """End a membership; `left_on` is its last day, and the last on which it keeps its contact households.

    Raises: RuleViolation, with the code `stale` when it was changed since version `seen`.
    """
    current = _locked([membership.pk], by=by)[0]
    if current.version != seen:
        raise refusal("该记录已被他人修改，请核对后再保存", code="stale")
    close([current], left_on=left_on, reason=reason)


@transaction.atomic
def transfer(
    *,
    membership: Membership,
    to: Association,
    on: date,
    by: User,
    seen: int,
    group: MemberGroup | None = None,
) -> Membership:
    """Move a member to another association from the day `on`; both must lie in the user's reach.

    The person's own record, which `by` must edit, goes along unless it lies above the new association.
    Raises: RuleViolation, with the code `stale` when the membership changed since version `seen`.
    """
    require(Permission.EDIT_RECORDS, by, to.code, field="to")
    current = _locked([membership.pk], by=by)[0]
    if current.version != seen:
        raise refusal("该记录已被他人修改，请核对后再保存", code="stale")
    refuse_any(record_findings(hold_members([current]), by=by))
    return move([current], to=to, on=on, group=group)[0]


@transaction.atomic
def transfer_many(
    *,
    memberships: Iterable[int],
    to: Association,
    on: date,
    by: User,
    expected: int,
    group: MemberGroup | None = None,
) -> int:
    """Move members to another association from the day `on`, all of them or none.

    Shape: returns how many moved.
    Raises: RuleViolation, as `transfer`, for more than 2,000, and when they are not `expected` in number.
    """
    require(Permission.EDIT_RECORDS, by, to.code, field="to")
    keys = sorted(set(memberships))
    if len(keys) > MOST_TRANSFERS:
        raise refusal(f"一次最多转会 {MOST_TRANSFERS} 人，请缩小范围", code="too_many")
    if len(keys) != expected:
        message = f"确认时为 {expected} 人，现在为 {len(keys)} 人，请重新核对"
        raise refusal(message, code="stale")
    rows = _locked(keys, by=by)
    refuse_any(record_findings(hold_members(rows), by=by))
    return len(move(rows, to=to, on=on, group=group))


def _locked(keys: Sequence[int], *, by: User) -> list[Membership]:
    # In the order of their keys, so that two clearings of the same list wait instead of blocking each other.
    rows = Membership.objects.visible_to(by, Permission.EDIT_RECORDS).filter(pk__in=keys)
    found = list(
        rows.select_related("association", "person__association", "organisation__association")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if len(found) != len(keys):
        raise refusal("所选会员不存在，或不在您的管理范围内", code="unknown_member", field="memberships")
    return found


def _lock_joining(member: Person | MemberOrganisation, *, by: User) -> None:
    # Of many who try at once the second sees the first.
    reachable = type(member).objects.visible_to(by, Permission.EDIT_RECORDS).filter(pk=member.pk)
    locked = reachable.select_related("association").select_for_update(of=("self",)).first()
    if locked is None:
        raise refusal("所选人员或团体不存在，或不在您的管理范围内", code="unknown_member", field="member")
    refuse_any(record_findings([locked], by=by))


def _enter(membership: Membership) -> None:
    member = member_of(membership)
    # Scoped by the member, whom the writer reaches, and by the association, which they may edit.
    earlier = member.memberships.filter(association=membership.association)
    refuse_any(
        join_findings(
            born_on=member.born_on if isinstance(member, Person) else None,
            joined_on=membership.joined_on,
            earlier=spells_of(earlier),
        )
    )
    group = membership.group
    if group is not None and group.association_id != membership.association_id:
        raise refusal("会员小组须属于同一协会", code="foreign_group", field="group")
    if group is not None:
        refuse_any(group_findings(ended_on=group.ends_on, on=membership.joined_on))
    save_record(membership)
