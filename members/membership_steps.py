"""Steps that the writes of the rolls share: the caller was allowed, and holds the memberships."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from django.db.models import F

from associations.models import Association
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.findings import Finding, RuleViolation
from portal.records.saving import create_rows, refusal, update_rows
from portal.records.subjects import lock_of

from .enums import LeaveReason
from .membership_rules import Spell, group_findings, join_findings, leave_findings, of_member
from .models import ContactHousehold, MemberGroup, MemberOrganisation, Membership, Person

NAMED_FINDINGS = 5
RECORD_ELSEWHERE = (
    "会员的档案由您管理范围以外的协会登记，须由共同的上级协会办理转会；也可以办理退会，由对方协会重新登记入会"
)
Member = Person | MemberOrganisation


def member_of(membership: Membership) -> Member:
    """Return who the member is."""
    member = membership.person or membership.organisation
    if member is None:
        raise ValueError("a membership of nobody passed its constraint")
    return member


def hold_members(rows: Sequence[Membership]) -> list[Member]:
    """Lock who the members are, in the order of their keys, and return them as they are now.

    Of many who move the same one at once the second sees what the first did.
    """
    held: list[Member] = []
    for model in (Person, MemberOrganisation):
        keys = {each.pk for each in map(member_of, rows) if isinstance(each, model)}
        found = model.objects.scoped().filter(pk__in=keys).select_related("association").order_by("pk")
        held += found.select_for_update(of=("self",)) if keys else ()
    return held


def record_findings(members: Iterable[Member], *, by: User) -> Iterator[Finding]:
    """Tell why members are not moved by somebody: whose record they do not edit is not taken along."""
    for member in members:
        if not by.scope.covers(Permission.EDIT_RECORDS, member.association.code):
            yield from _refused(RECORD_ELSEWHERE, "record_elsewhere", "member")
            return
        if lock := lock_of(member):
            yield from _refused(f"所选人员的个人信息{lock}，不能办理", "locked", "member")
            return


def close(rows: Sequence[Membership], *, left_on: date, reason: LeaveReason) -> None:
    """End memberships, and with them the contacts to their households.

    Raises: RuleViolation.
    """
    refuse_any(leave_findings(spells=spells_of(rows), left_on=left_on))
    close_keys([row.pk for row in rows], left_on=left_on, reason=reason)


def close_keys(keys: Sequence[int], *, left_on: date, reason: LeaveReason) -> None:
    """End open memberships that began by the last day, and with them the contacts to their households."""
    Membership.objects.scoped().filter(pk__in=keys).update(
        left_on=left_on, leave_reason=reason, version=F("version") + 1
    )
    # A contact that began after the last day never was one of this member's: it ends on its own first day.
    households = ContactHousehold.objects.scoped().filter(membership__in=keys, ends_on__isnull=True)
    households.filter(starts_on__lte=left_on).update(ends_on=left_on, version=F("version") + 1)
    households.filter(starts_on__gt=left_on).update(ends_on=F("starts_on"), version=F("version") + 1)


def move(
    rows: Sequence[Membership], *, to: Association, on: date, group: MemberGroup | None = None
) -> list[Membership]:
    """Let members leave their associations the day before `on` and join another one, all or none.

    Whoever is on record at an office that is not above the new association goes there on record, too.
    Raises: RuleViolation.
    """
    refuse_any(move_findings(rows, to=to, on=on, group=group))
    close(rows, left_on=on - timedelta(days=1), reason=LeaveReason.TRANSFERRED)
    members = [member_of(row) for row in rows]
    for model in (Person, MemberOrganisation):
        moving = [each.pk for each in members if isinstance(each, model) and goes_along(each, to)]
        if moving:
            update_rows(model.objects.scoped().filter(pk__in=moving), {"association": to})
    moved = [
        Membership(
            association=to,
            kind=row.kind,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            group=group,
            category=row.category,
            is_key_member=row.is_key_member,
            joined_on=on,
        )
        for row in rows
    ]
    create_rows(moved)
    return moved


def move_findings(
    rows: Sequence[Membership], *, to: Association, on: date, group: MemberGroup | None = None
) -> list[Finding]:
    """Tell what keeps members from moving to an association from a day on."""
    if any(row.association_id == to.pk for row in rows):
        return list(_refused("所选会员已在这个协会，请选择另一个协会", "same_association", "to"))
    if group is not None and group.association_id != to.pk:
        return list(_refused("会员小组须属于同一协会", "foreign_group", "group"))
    if group is not None and (ended := list(group_findings(ended_on=group.ends_on, on=on))):
        return ended
    twice = {member_of(row) for row in rows}
    if len(twice) != len(rows):
        return list(_refused("同一会员被选择了两次，请只选其中一条", "chosen_twice", "memberships"))
    earlier = _earlier(rows, to)
    findings = [*leave_findings(spells=spells_of(rows), left_on=on - timedelta(days=1))]
    for row in rows:
        member = member_of(row)
        born_on = member.born_on if isinstance(member, Person) else None
        found = join_findings(
            born_on=born_on, joined_on=on, earlier=earlier.get((row.person_id, row.organisation_id), [])
        )
        findings += found if len(rows) == 1 else (of_member(str(member), each) for each in found)
        if len(findings) >= NAMED_FINDINGS:
            break
    return findings


def _earlier(rows: Sequence[Membership], to: Association) -> dict[tuple[int | None, int | None], list[Spell]]:
    there = Membership.objects.scoped().filter(association=to)
    people = there.filter(person__in=[row.person_id for row in rows if row.person_id])
    organisations = there.filter(
        organisation__in=[row.organisation_id for row in rows if row.organisation_id]
    )
    spells: dict[tuple[int | None, int | None], list[Spell]] = {}
    for row in (*people, *organisations):
        spells.setdefault((row.person_id, row.organisation_id), []).extend(spells_of([row]))
    return spells


def goes_along(member: Member, to: Association) -> bool:
    """Tell whether somebody's own record moves with the membership: it does unless it lies above."""
    return not to.code.startswith(member.association.code)


def spells_of(rows: Iterable[Membership]) -> list[Spell]:
    """Return the days of memberships."""
    return [Spell(joined_on=row.joined_on, left_on=row.left_on) for row in rows]


def refuse_any(findings: Iterable[Finding]) -> None:
    """Refuse a write with all that was found, or go on."""
    found = list(findings)
    if found:
        raise RuleViolation(found)


def _refused(message: str, code: str, field: str) -> tuple[Finding, ...]:
    return refusal(message, code=code, field=field).findings
