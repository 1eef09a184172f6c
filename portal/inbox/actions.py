"""Send, open and read messages."""

from collections.abc import Iterable

from django.db.models import Model

from portal.accounts.models import User
from portal.lib.dates import now

from .enums import Topic
from .models import Message


def send(
    *,
    to: Iterable[int],
    topic: Topic,
    key: str,
    text: str,
    url: str = "",
    association: Model | None = None,
) -> None:
    """Tell the users with these keys, in the caller's transaction; who was told under this key is not again.

    A message about an association shows only while its user reaches that association.
    """
    place = association.pk if association else None
    new = [
        Message(user_id=user, topic=topic, key=key, text=text, url=url, association_id=place)
        for user in sorted(set(to))
    ]
    Message.objects.bulk_create(new, ignore_conflicts=True)


def mark_read(message: Message) -> None:
    """Mark one message as read; the first time counts."""
    Message.objects.scoped().unread().filter(pk=message.pk).update(read_at=now())


def mark_all_read(user: User) -> int:
    """Mark all that the user sees as read, and return how many those were."""
    return Message.objects.visible_to(user).unread().update(read_at=now())
