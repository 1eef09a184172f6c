"""Seal ID numbers again with the newest key, so that an old one can be retired."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from portal.lib.sealed import SealError, needs_new_key, seal, unseal

from .identity import ID_NUMBER_PURPOSE
from .models import Person


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """What one batch came to; `unreadable` names people whose number no key on the ring opens."""

    last_key: int
    seen: int
    sealed: int
    unreadable: tuple[int, ...]


def rotate_id_numbers(*, batch_size: int) -> Iterator[Rotation]:
    """Seal every number that an older key sealed, one transaction a batch; a run that was cut short goes on.

    Numbers of the newest key are opened too: that they name its id does not prove that it opens them.
    The history holds no sealed number (docs/adr/0015), so that after a run no row needs the older key.
    """
    last_key = 0
    while batch := _rotate_after(last_key, batch_size):
        last_key = batch.last_key
        yield batch


@transaction.atomic
@sensitive_variables()
def _rotate_after(last_key: int, batch_size: int) -> Rotation | None:
    rows = Person.objects.filter(pk__gt=last_key, id_number_sealed__isnull=False)
    people = list(rows.select_for_update().only("id_number_sealed").order_by("pk")[:batch_size])
    changed: list[Person] = []
    unreadable: list[int] = []
    for person in people:
        sealed = bytes(person.id_number_sealed or b"")
        try:
            number = unseal(sealed, ID_NUMBER_PURPOSE)
            if needs_new_key(sealed):
                person.id_number_sealed = seal(number, ID_NUMBER_PURPOSE)
                changed.append(person)
        except SealError:
            unreadable.append(person.pk)
    Person.objects.bulk_update(changed, ["id_number_sealed"])
    if not people:
        return None
    return Rotation(
        last_key=people[-1].pk, seen=len(people), sealed=len(changed), unreadable=tuple(unreadable)
    )
