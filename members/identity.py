"""ID numbers of people: set, shown masked, looked up by their keyed hash."""

import re
from datetime import date, datetime
from unicodedata import normalize

from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from members.likeness import KEYS, likeness
from members.merging.queries import distinct_from
from members.models import Person
from members.models.person import ID_NUMBER_PURPOSE
from portal.accounts.models import User
from portal.lib.id_numbers import IdNumber, IdNumberError, normal_form, read_id_number
from portal.lib.masks import STAR, mask_id_number
from portal.lib.sealed import SealError, seal, search_hash, unseal
from portal.records.matching import exact_matches

ID_NUMBER_TYPED = re.compile(r"\s*([0-9][\s-]*){14}([0-9]|([0-9][\s-]*){3}[0-9Xx])\s*")


@sensitive_variables()
def set_id_number(person: Person, text: object, *, on: date) -> None:
    """Give a person, who is not saved here, a checked number with the birth date and the sex that it says.

    Raises: IdNumberError, WrongKeys.
    """
    give_id_number(person, read_id_number(text, on=on))


@sensitive_variables()
def give_id_number(person: Person, read: IdNumber) -> None:
    """Give a person, who is not saved here, a number that was read, with what it says.

    Raises: WrongKeys.
    """
    person.id_number_sealed = seal(read.number, ID_NUMBER_PURPOSE)
    person.id_number_hash = search_hash(read.number)
    person.born_on = read.born_on
    person.sex = read.sex


def clear_id_number(person: Person) -> None:
    """Take a person's number away; the person is not saved here."""
    person.id_number_sealed = person.id_number_hash = None


@sensitive_variables()
def number_read_of(person: Person, *, on: date) -> IdNumber | None:
    """Read the birth date and the sex that a person's number says; None without one that can be opened."""
    if person.id_number_sealed is None:
        return None
    try:
        return read_id_number(unseal(person.id_number_sealed, ID_NUMBER_PURPOSE), on=on)
    except (SealError, IdNumberError):
        # A key that was taken away must not keep a clerk from correcting the telephone number.
        return None


def looks_like_id_number(text: str) -> bool:
    """Tell whether somebody typed a number of 15 or 18 digits, checked or not, and not a name."""
    return ID_NUMBER_TYPED.fullmatch(normalize("NFKC", text)) is not None


@sensitive_variables()
def id_number_of(person: Person) -> str:
    """Return a person's whole number, or "" without one; whoever shows it has put the look on record.

    Raises: SealError.
    """
    if person.id_number_sealed is None:
        return ""
    return unseal(person.id_number_sealed, ID_NUMBER_PURPOSE)


@sensitive_variables()
def readable_id_number(person: Person) -> str:
    """Return a person's whole number for a mask, a star where no key opens it: the list still stands."""
    try:
        return id_number_of(person)
    except SealError:
        return STAR


@sensitive_variables()
def masked_id_number(person: Person) -> str:
    """Return a person's number as clerks may see it, or "" without one.

    Raises: SealError.
    """
    return mask_id_number(id_number_of(person))


@sensitive_variables()
def find_by_id_number(text: object, *, cause: str, by: User, at: datetime) -> list[Person]:
    """Find the people in the user's reach who have exactly this number, of 18 or 15 digits; on record first.

    Raises: IdNumberError for a text that has not the form of a number; otherwise as `exact_matches`.
    """
    return _numbered(search_hash(normal_form(text)), cause=cause, by=by, at=at)


def same_numbered(person: Person, *, cause: str, by: User, at: datetime) -> list[Person]:
    """Find others in the user's reach who have the number that was given to this person; on record first.

    Raises: as `exact_matches`.
    """
    found = _numbered(str(person.id_number_hash), cause=cause, by=by, at=at)
    return [other for other in found if other.pk != person.pk]


@sensitive_variables()
def _numbered(number: str, *, cause: str, by: User, at: datetime) -> list[Person]:
    rows = Person.objects.visible_to(by).filter(id_number_hash=number)
    return exact_matches(
        rows.select_related("association").order_by("association__code", "pk"),
        field="id_number_sealed",
        cause=cause,
        code_of=lambda person: person.association.code,
        by=by,
        at=at,
    )


def duplicates_of(person: Person, *, user: User) -> list[Person]:
    """Find others in the user's reach who may be this person, as `likeness` says, and are not told apart."""
    same = Q()
    for key in KEYS.values():
        values = {name: getattr(person, name) for name in key}
        if None not in values.values():
            same |= Q(**values)
    if not same:
        return []
    found = Person.objects.visible_to(user).filter(same).exclude(pk=person.pk)
    told_apart = distinct_from(person)
    return [
        other
        for other in found.select_related("association").order_by("association__code", "pk")
        if likeness(person.traits, other.traits) and other.pk not in told_apart
    ]
