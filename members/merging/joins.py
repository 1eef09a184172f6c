"""Join rows of two people in the same place to one: what hangs below the absorbed ones moves along."""

from typing import TypeVar

from django.db.models import F, OuterRef

from members.models import (
    Appointment,
    ClearingMark,
    ContactHousehold,
    Membership,
    ServiceRecord,
    TransferRequest,
    Volunteer,
    VolunteerContract,
    VolunteerRating,
    VolunteerTraining,
)
from portal.accounts.scope import ScopedQuerySet
from portal.records.saving import save_version

from .plan import Join

P = TypeVar("P", VolunteerContract, VolunteerTraining)

NEXT = F("version") + 1


def join_memberships(join: Join[Membership]) -> None:
    """Give the membership that stays all days, the group and the households of the others."""
    stays, absorbed = join.stays, [row.pk for row in join.absorbed]
    _below(ContactHousehold.objects.all(), absorbed).update(membership=stays, version=NEXT)
    _below(TransferRequest.objects.all(), absorbed).update(membership=stays, version=NEXT)
    marks = _below(ClearingMark.objects.all(), absorbed)
    own = ClearingMark.objects.scoped().filter(membership=stays, round=OuterRef("round"))
    # One mark a round: of two the one of the membership that stays.
    for mark in marks.exclude(round__in=own.values("round")).order_by("pk"):
        if not ClearingMark.objects.scoped().filter(membership=stays, round=mark.round_id).exists():
            ClearingMark.objects.scoped().filter(pk=mark.pk).update(membership=stays)
    _below(ClearingMark.objects.all(), absorbed).delete()
    Membership.objects.scoped().filter(pk__in=absorbed).delete()
    stays.joined_on, stays.left_on = join.span.starts_on, join.span.ends_on
    stays.leave_reason = join.last.leave_reason if join.span.ends_on else ""
    stays.is_key_member = any(row.is_key_member for row in join.rows)
    stays.group_id = next((row.group_id for row in join.rows if row.group_id), None)
    save_version(stays, seen=stays.version)


def join_appointments(join: Join[Appointment]) -> None:
    """Give the seat that stays all days of the others, and the end of the last one."""
    stays, absorbed = join.stays, [row.pk for row in join.absorbed]
    seats = Appointment.objects.scoped()
    first = min(join.rows, key=lambda row: (row.starts_on, row.pk))
    seats.filter(predecessor__in=absorbed).exclude(pk=stays.pk).update(predecessor=stays, version=NEXT)
    is_own = first.predecessor_id in {row.pk for row in join.rows}
    stays.predecessor_id = None if is_own else first.predecessor_id
    stays.entry, stays.entered_in_id = first.entry, first.entered_in_id
    stays.passed_in_id = first.passed_in_id
    stays.starts_on, stays.ends_on = join.span.starts_on, join.span.ends_on
    stays.exit, stays.left_in_id = join.last.exit, join.last.left_in_id
    stays.office_held = next((row.office_held for row in join.rows if row.office_held), "")
    seats.filter(pk=stays.pk).update(predecessor=None)
    seats.filter(pk__in=absorbed).delete()
    save_version(stays, seen=stays.version)


def join_volunteering(join: Join[Volunteer]) -> None:
    """Give the volunteer who stays all days, contracts, trainings, services and ratings of the others."""
    stays, absorbed = join.stays, [row.pk for row in join.absorbed]
    # Neither a service without its contract nor a contract taken from its service can be written: the new
    # contracts and trainings are there first, the old ones go last.
    contracts = _of(VolunteerContract.objects.all(), absorbed)
    trainings = _of(VolunteerTraining.objects.all(), absorbed)
    VolunteerContract.objects.bulk_create([_copied(row, stays) for row in contracts.all()])
    VolunteerTraining.objects.bulk_create([_copied(row, stays) for row in trainings.all()])
    _of(ServiceRecord.objects.all(), absorbed).update(volunteer=stays, version=NEXT)
    # By their keys: the copies are of the volunteer who stays.
    contracts.delete()
    trainings.delete()
    _move_ratings(stays, absorbed)
    Volunteer.objects.scoped().filter(pk__in=absorbed).delete()
    registered = [row.registered_on for row in join.rows if row.registered_on]
    stays.skills = sorted({skill for row in join.rows for skill in row.skills})
    stays.applied_on, stays.ends_on = join.span.starts_on, join.span.ends_on
    stays.registered_on = min(registered, default=None)
    stays.end_reason = join.last.end_reason if join.span.ends_on else ""
    save_version(stays, seen=stays.version)


def _move_ratings(stays: Volunteer, absorbed: list[int]) -> None:
    # One rating a year: of two the one of the volunteer who stays.
    for rating in _of(VolunteerRating.objects.all(), absorbed).order_by("pk"):
        rows = VolunteerRating.objects.scoped()
        if rows.filter(volunteer=stays, year=rating.year).exists():
            rating.delete()
        else:
            rows.filter(pk=rating.pk).update(volunteer=stays, version=NEXT)


def _copied(row: P, stays: Volunteer) -> P:
    row.pk = None
    row._state.adding = True
    row.volunteer = stays
    return row


def _below(rows: ScopedQuerySet, memberships: list[int]) -> ScopedQuerySet:
    return rows.scoped().filter(membership__in=memberships)


def _of(rows: ScopedQuerySet, volunteers: list[int]) -> ScopedQuerySet:
    return rows.scoped().filter(volunteer__in=volunteers)
