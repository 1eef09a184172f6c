"""Writes of people: nobody is on record twice under one ID number where one office sees both."""

from django.db import connection, transaction
from django.views.decorators.debug import sensitive_variables

from portal.accounts.models import User
from portal.records.saving import refusal, save_record, save_version

from .models import Person

SAME_NUMBER = "该身份证号已登记在您的管理范围内，请使用已有的档案"


@transaction.atomic
def register_person(person: Person, *, by: User) -> Person:
    """Save a new person and return them.

    Raises: RuleViolation, also where the number is on record in the user's reach or in the county.
    """
    _require_number_once(person, by=by)
    save_record(person)
    return person


@transaction.atomic
def correct_person(person: Person, *, seen: int, by: User) -> None:
    """Save a person whom the caller changed; only a new number must not be on record yet.

    Raises: RuleViolation, with the code `stale` when the person was changed since version `seen`.
    """
    _require_number_once(person, by=by)
    save_version(person, seen=seen)


@sensitive_variables()
def _require_number_once(person: Person, *, by: User) -> None:
    number = person.id_number_hash
    if number is None or Person.objects.scoped().filter(pk=person.pk, id_number_hash=number).exists():
        return
    with connection.cursor() as cursor:
        # Two counties of one office have no index in common: whoever enters the same number waits here.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [number])
    if Person.objects.visible_to(by).filter(id_number_hash=number).exclude(pk=person.pk).exists():
        raise refusal(SAME_NUMBER, code="same_number", field="id_number")
