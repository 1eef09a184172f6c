"""Put on record who was shown what."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Model

from portal.accounts.models import User

from .enums import Channel
from .failures import NotRecorded
from .models import Look

AT_ONCE = 2_000
NO_RECORD = 0


class LookNotRecorded(NotRecorded):
    """A look could not be put on record."""


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
    Raises: LookNotRecorded.
    """
    _write(
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


def record_question(*, user: User, model: type[Model], code: str, channel: Channel, purpose: str) -> None:
    """Write that the user asked about records of a model where no single one is the answer.

    Shape: a look with the key 0; `code` is of the association whose auditors read it.
    Raises: LookNotRecorded.
    """
    label = str(model._meta.label_lower)
    look = Look(
        user=user, channel=channel, model=label, key=NO_RECORD, association_code=code, purpose=purpose
    )
    _write([look])


def _write(looks: Iterable[Look]) -> None:
    try:
        with transaction.atomic():
            Look.objects.bulk_create(looks, batch_size=AT_ONCE)
    except DatabaseError as error:
        raise LookNotRecorded("查看记录未能写入") from error


def looks_since(moment: datetime, *, user: User, channels: Collection[Channel]) -> int:
    """Count what the user was shown by these ways since the moment."""
    return Look.objects.scoped().filter(user=user, channel__in=channels, at__gte=moment).count()
