"""All rows that name a person, so that none is forgotten when two records become one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import ForeignObjectRel, Model, Q
from pghistory.models import Event

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
from portal.accounts.scope import ScopedQuerySet

# What a merge treats; a test compares it with the models, so that a new foreign key cannot be forgotten.
MOVED = {
    Person: (
        "members.Appointment.person",
        "members.DistinctPair.first",
        "members.DistinctPair.second",
        "members.MemberGroup.leader",
        "members.Membership.person",
        "members.MergedPerson.kept",
        "members.Volunteer.person",
    ),
    Membership: (
        "members.ClearingMark.membership",
        "members.ContactHousehold.membership",
        "members.TransferRequest.membership",
    ),
    Volunteer: (
        "members.ServiceRecord.volunteer",
        "members.VolunteerContract.volunteer",
        "members.VolunteerRating.volunteer",
        "members.VolunteerTraining.volunteer",
    ),
    Appointment: ("members.Appointment.predecessor",),
}


def foreign_keys_to(model: type[Model]) -> list[str]:
    """Name the foreign keys to a model; those of histories stay as they are and are left out."""
    relations = model._meta.get_fields(include_hidden=True)
    fields = [each.field for each in relations if isinstance(each, ForeignObjectRel)]
    return sorted(
        f"{field.model._meta.label}.{field.name}" for field in fields if not issubclass(field.model, Event)
    )


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """The rows of two people, each kind in the order of its keys."""

    appointments: tuple[Appointment, ...]
    memberships: tuple[Membership, ...]
    volunteering: tuple[Volunteer, ...]
    groups: tuple[MemberGroup, ...]

    def keys(self) -> list[list[int]]:
        """Name the rows, to tell whether others came in between."""
        return [
            sorted(row.pk for row in rows)
            for rows in (self.appointments, self.memberships, self.volunteering, self.groups)
        ]


def holdings_of(people: Sequence[int], *, locks: bool = False) -> Holdings:
    """Load what two people hold wherever it lies; with `locks` it is held until the transaction ends.

    Whoever writes a term locks it before the people in it, and so does this.
    """
    if locks:
        seats = Appointment.objects.scoped().filter(person__in=people)
        terms = Term.objects.scoped().filter(pk__in=seats.values("term")).order_by("pk")
        list(terms.select_for_update(of=("self",)))

    def rows(found: ScopedQuerySet, *related: str) -> tuple:
        found = found.scoped().select_related(*related).order_by("pk")
        return tuple(found.select_for_update(of=("self",)) if locks else found)

    return Holdings(
        appointments=rows(Appointment.objects.filter(person__in=people), "term__association"),
        memberships=rows(Membership.objects.filter(person__in=people), "association"),
        volunteering=rows(Volunteer.objects.filter(person__in=people), "association"),
        groups=rows(MemberGroup.objects.filter(leader__in=people), "association"),
    )


def lock_people(keys: Sequence[int], *, by: User) -> dict[int, Person]:
    """Hold the people whom the user may edit, in the order of their keys."""
    mine = Person.objects.visible_to(by, Permission.EDIT_RECORDS).filter(pk__in=keys).order_by("pk")
    locked = mine.select_related("association").select_for_update(of=("self",))
    return {person.pk: person for person in locked}


def is_marked_distinct(one: int, other: int) -> bool:
    """Tell whether somebody found the two to be different people."""
    first, second = sorted((one, other))
    return DistinctPair.objects.scoped().filter(first=first, second=second).exists()


def move_marks(*, keep: Person, drop: Person) -> None:
    """Let the kept person stand in for the dropped one in pairs of distinct people and in earlier merges."""
    pairs = DistinctPair.objects.scoped().filter(Q(first=drop) | Q(second=drop))
    for pair in pairs.order_by("pk"):
        other = pair.second_id if pair.first_id == drop.pk else pair.first_id
        first, second = sorted((keep.pk, other))
        if DistinctPair.objects.scoped().filter(first=first, second=second).exists():
            pair.delete()
        else:
            DistinctPair.objects.scoped().filter(pk=pair.pk).update(first=first, second=second)
    MergedPerson.objects.scoped().filter(kept=drop).update(kept=keep)
