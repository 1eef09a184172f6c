"""Put on record who was sent which personal data."""

from collections.abc import Iterable
from itertools import takewhile

from django.db import DatabaseError, transaction

from portal.accounts.models import User

from .enums import DisclosureChannel
from .failures import NotRecorded
from .models import Disclosure

MOST_SAID = 2_000


class DisclosureNotRecorded(NotRecorded):
    """That data leave could not be put on record."""


def record_disclosure(
    *,
    user: User,
    kind: str,
    channel: DisclosureChannel,
    row_count: int,
    codes: Iterable[str],
    query: str = "",
    purpose: str = "",
) -> None:
    """Write what is about to leave; the caller sends it afterwards, or nothing where this fails.

    All rows lie below one of the `codes`. `query` says how the list was filtered, with masks over what was
    typed freely.
    Raises: DisclosureNotRecorded.
    """
    disclosure = Disclosure(
        user=user,
        kind=kind,
        channel=channel,
        row_count=row_count,
        query=query[:MOST_SAID],
        association_code=shared_beginning(codes),
        purpose=purpose,
    )
    try:
        with transaction.atomic():
            disclosure.save(force_insert=True)
    except DatabaseError as error:
        raise DisclosureNotRecorded("取出记录未能写入") from error


def shared_beginning(codes: Iterable[str]) -> str:
    """Return what all codes begin with, "" for none."""
    found = sorted(codes)
    pairs = zip(found[0], found[-1], strict=False) if found else ()
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
