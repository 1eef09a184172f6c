"""Writes about who is one person: two records merged into one, two people marked as different."""

from collections.abc import Collection

import pghistory
from django.db import transaction
from django.db.models import F
from django.views.decorators.debug import sensitive_variables

from members.likeness import likeness
from members.models import (
    Appointment,
    DistinctPair,
    MemberGroup,
    Membership,
    MergedPerson,
    Person,
    Term,
    Volunteer,
)
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.findings import RuleViolation
from portal.records.saving import delete_record, refusal, save_record, save_version, update_rows

from .fields import CHOSEN, said_of
from .holdings import Holdings, holdings_of, lock_people, move_marks
from .joins import join_appointments, join_memberships, join_volunteering
from .plan import MergePlan, plan_merge

MISSING = "所选人员不存在，或不在您的管理范围内"


@transaction.atomic
@sensitive_variables()
def merge_people(
    *, keep: Person, drop: Person, values: Collection[str], by: User, seen: tuple[int, int]
) -> MergedPerson:
    """Make one record of two: all that names `drop` names `keep` afterwards, and `drop` is no more.

    `values` names the fields that are taken from `drop`; its ID number goes along where `keep` has none.
    `seen` are the versions of both that were shown, `keep` first.
    Raises: RuleViolation, with the code `stale` when either was changed since.
    """
    keep, drop, held = _locked(keep.pk, drop.pk, by=by)
    if (keep.version, drop.version) != tuple(seen):
        raise refusal("其中一条档案已被他人修改，请核对后重新合并", code="stale")
    plan = plan_merge(keep=keep, drop=drop, held=held, by=by)
    if plan.findings:
        raise RuleViolation(plan.findings)
    with pghistory.context(purpose=f"合并人员 {drop.pk} → {keep.pk}"):
        _join(plan)
        _move(held, keep=keep, drop=drop)
        merged = MergedPerson(
            old_key=drop.pk,
            name=drop.name,
            id_number_hash=drop.id_number_hash,
            kept=keep,
            values=said_of(drop),
            merged_by=by,
        )
        save_record(merged)
        _take_values(keep, drop, values)
        # First: one association knows a number once.
        delete_record(drop)
        save_version(keep, seen=keep.version)
    return merged


@transaction.atomic
def mark_distinct(*, one: Person, other: Person, by: User) -> None:
    """Put on record that two who look alike are different people; a second time changes nothing.

    Raises: RuleViolation.
    """
    first, second = _both(one.pk, other.pk, by=by)
    if likeness(first.traits, second.traits) is None:
        raise refusal("两人并不疑似重复，不需要标记", code="not_alike")
    DistinctPair.objects.scoped().get_or_create(first=first, second=second, defaults={"marked_by": by})


@transaction.atomic
def unmark_distinct(*, one: Person, other: Person, by: User) -> None:
    """Take back that two are different people; the history keeps who had said so.

    Raises: RuleViolation.
    """
    first, second = _both(one.pk, other.pk, by=by)
    DistinctPair.objects.scoped().filter(first=first, second=second).delete()


def _both(one: int, other: int, *, by: User) -> tuple[Person, Person]:
    people = lock_people([one, other], by=by)
    if len(people) != 2:
        raise refusal(MISSING, code="missing")
    return people[min(one, other)], people[max(one, other)]


def _locked(keep: int, drop: int, *, by: User) -> tuple[Person, Person, Holdings]:
    mine = Person.objects.visible_to(by, Permission.EDIT_RECORDS).filter(pk__in=(keep, drop))
    if mine.count() != 2:
        raise refusal(MISSING, code="missing")
    # The rows before the people, as every other writer does it: two who wait for each other wait for ever.
    held = holdings_of([keep, drop], locks=True)
    people = lock_people([keep, drop], by=by)
    if len(people) != 2:
        raise refusal(MISSING, code="missing")
    now = holdings_of([keep, drop])
    if now.keys() != held.keys():
        raise refusal("其中一人的任职或会员登记刚刚有变化，请核对后重新合并", code="stale")
    return people[keep], people[drop], now


def _join(plan: MergePlan) -> None:
    for membership in plan.memberships:
        join_memberships(membership)
    for seat in plan.appointments:
        join_appointments(seat)
    for volunteer in plan.volunteering:
        join_volunteering(volunteer)


def _move(held: Holdings, *, keep: Person, drop: Person) -> None:
    for model in (Appointment, Membership, Volunteer):
        update_rows(model.objects.scoped().filter(person=drop), {"person": keep})
    update_rows(MemberGroup.objects.scoped().filter(leader=drop), {"leader": keep})
    move_marks(keep=keep, drop=drop)
    # A council has a version of its own, which moves with every seat.
    terms = {row.term_id for row in held.appointments if row.person_id == drop.pk}
    Term.objects.scoped().filter(pk__in=terms).update(version=F("version") + 1)


def _take_values(keep: Person, drop: Person, values: Collection[str]) -> None:
    for field in CHOSEN:
        if field.name in values:
            setattr(keep, field.attname, getattr(drop, field.attname))
    if "name" in values:
        keep.name_key = drop.name_key
    if keep.id_number_hash is None:
        keep.id_number_sealed, keep.id_number_hash = drop.id_number_sealed, drop.id_number_hash
