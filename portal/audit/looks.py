"""Put on record who was shown what."""

from collections.abc import Callable, Iterable

from django.db.models import Model

from portal.accounts.models import User

from .enums import Channel
from .models import Look

AT_ONCE = 2_000


def record_looks(
    *,
    user: User,
    records: Iterable[Model],
    code_of: Callable[[Model], str],
    channel: Channel,
    purpose: str = "",
) -> None:
    """Write a look at each record; the caller shows them afterwards.

    `code_of` returns the code of the association that owns a record.
    """
    looks = (
        Look(
            user=user,
            channel=channel,
            model=str(record._meta.label_lower),
            key=record.pk,
            association_code=code_of(record),
            purpose=purpose,
        )
        for record in records
    )
    Look.objects.bulk_create(looks, batch_size=AT_ONCE)
