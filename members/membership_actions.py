"""Writes of the rolls: who joins, leaves, moves to another association, is cleared from the list."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F

from associations.models import Association
from associations.permissions import require
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.findings import Finding, RuleViolation
from portal.records.saving import refusal, save_record, save_version
from portal.records.subjects import lock_of

from .enums import LeaveReason, MemberCategory, MemberKind
from .membership_rules import Spell, join_findings, leave_findings
from .models import ContactHousehold, MemberGroup, MemberOrganisation, Membership, Person


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
    _lock_member(member, by=by)
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
    _close([current], left_on=left_on, reason=reason)


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

    The person goes along, unless they are on record at an office above the new association already.
    Raises: RuleViolation, with the code `stale` when the membership changed since version `seen`.
    """
    require(Permission.EDIT_RECORDS, by, to.code, field="to")
    current = _locked([membership.pk], by=by)[0]
    if current.version != seen:
        raise refusal("该记录已被他人修改，请核对后再保存", code="stale")
    if to.pk == current.association_id:
        raise refusal("该会员已在这个协会，请选择另一个协会", code="same_association", field="to")
    member = _member_of(current)
    _lock_member(member, by=by)
    _close([current], left_on=on - timedelta(days=1), reason=LeaveReason.TRANSFERRED)
    if not to.code.startswith(member.association.code):
        member.association = to
        save_version(member, seen=member.version)
    moved = Membership(
        association=to,
        kind=current.kind,
        person=current.person,
        organisation=current.organisation,
        group=group,
        category=current.category,
        is_key_member=current.is_key_member,
        joined_on=on,
    )
    _enter(moved)
    return moved


@transaction.atomic
def close_memberships(*, memberships: Iterable[int], left_on: date, reason: LeaveReason, by: User) -> int:
    """End many memberships at once, or none of them: how a re-registration round clears its list.

    Shape: returns how many were ended. Raises: RuleViolation.
    """
    rows = _locked(sorted(set(memberships)), by=by)
    _close(rows, left_on=left_on, reason=reason)
    return len(rows)


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


def _lock_member(member: Person | MemberOrganisation, *, by: User) -> None:
    # Whoever is about to join is locked first: of many who try at once the second sees the first.
    reachable = type(member).objects.visible_to(by, Permission.EDIT_RECORDS).filter(pk=member.pk)
    locked = reachable.select_for_update(of=("self",)).first()
    if locked is None:
        raise refusal("所选人员或团体不存在，或不在您的管理范围内", code="unknown_member", field="member")
    if lock := lock_of(locked):
        raise refusal(f"所选人员的个人信息{lock}，不能办理", code="locked", field="member")


def _member_of(membership: Membership) -> Person | MemberOrganisation:
    member = membership.person or membership.organisation
    if member is None:
        raise ValueError("a membership of nobody passed its constraint")
    return member


def _enter(membership: Membership) -> None:
    member = _member_of(membership)
    # Scoped by the member, whom the writer reaches, and by the association, which they may edit.
    earlier = member.memberships.filter(association=membership.association)
    _refuse_any(
        join_findings(
            born_on=member.born_on if isinstance(member, Person) else None,
            joined_on=membership.joined_on,
            earlier=_spells(earlier),
        )
    )
    group = membership.group
    if group is not None and group.association_id != membership.association_id:
        raise refusal("会员小组须属于同一协会", code="foreign_group", field="group")
    save_record(membership)


def _close(rows: Sequence[Membership], *, left_on: date, reason: LeaveReason) -> None:
    _refuse_any(leave_findings(spells=_spells(rows), left_on=left_on))
    keys = [row.pk for row in rows]
    Membership.objects.scoped().filter(pk__in=keys).update(
        left_on=left_on, leave_reason=reason, version=F("version") + 1
    )
    # A contact that began after the last day never was one of this member's: it ends on its own first day.
    households = ContactHousehold.objects.scoped().filter(membership__in=keys, ends_on__isnull=True)
    households.filter(starts_on__lte=left_on).update(ends_on=left_on, version=F("version") + 1)
    households.filter(starts_on__gt=left_on).update(ends_on=F("starts_on"), version=F("version") + 1)


def _spells(rows: Iterable[Membership]) -> list[Spell]:
    return [Spell(joined_on=row.joined_on, left_on=row.left_on) for row in rows]


def _refuse_any(findings: Iterable[Finding]) -> None:
    found = list(findings)
    if found:
        raise RuleViolation(found)
