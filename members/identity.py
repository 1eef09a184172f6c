"""ID numbers of people: set, shown masked, looked up by their keyed hash."""

from datetime import date

from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from members.models import Person
from portal.accounts.models import User
from portal.lib.id_numbers import IdNumber, normal_form, read_id_number
from portal.lib.masks import mask_id_number
from portal.lib.sealed import seal, search_hash, unseal

ID_NUMBER_PURPOSE = "person.id_number"


@sensitive_variables()
def set_id_number(person: Person, text: object, *, on: date) -> None:
    """Give a person, who is not saved here, a checked number with the birth date and the sex that it says.

    Raises: IdNumberError.
    """
    give_id_number(person, read_id_number(text, on=on))


@sensitive_variables()
def give_id_number(person: Person, read: IdNumber) -> None:
    """Give a person, who is not saved here, a number that was read, with what it says."""
    person.id_number_sealed = seal(read.number, ID_NUMBER_PURPOSE)
    person.id_number_hash = search_hash(read.number)
    person.born_on = read.born_on
    person.sex = read.sex


@sensitive_variables()
def masked_id_number(person: Person) -> str:
    """Return a person's number as clerks may see it, or "" without one.

    Raises: SealError.
    """
    if person.id_number_sealed is None:
        return ""
    return mask_id_number(unseal(person.id_number_sealed, ID_NUMBER_PURPOSE))


@sensitive_variables()
def find_by_id_number(user: User, text: object) -> list[Person]:
    """Find the people in the user's reach who have exactly this number, of 18 or 15 digits.

    Raises: IdNumberError for a text that has not the form of a number.
    """
    found = Person.objects.visible_to(user).filter(id_number_hash=search_hash(normal_form(text)))
    return list(found.select_related("association").order_by("association__code", "pk"))


def duplicates_of(person: Person, *, user: User) -> list[Person]:
    """Find others in the user's reach with the same number, or with the same name and birth date.

    Two people whose numbers are both known and differ are never taken for one.
    """
    if person.id_number_hash is None:
        alike = Q(pk__in=[])
        unlike = Q(pk__in=[])
    else:
        alike = Q(id_number_hash=person.id_number_hash)
        unlike = Q(id_number_hash__isnull=False) & ~alike
    if person.born_on is not None:
        alike |= Q(name=person.name, born_on=person.born_on)
    found = Person.objects.visible_to(user).filter(alike).exclude(unlike).exclude(pk=person.pk)
    return list(found.select_related("association").order_by("association__code", "pk"))
