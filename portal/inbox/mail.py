"""New messages as mail, where the portal has a mail server and the user an address."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from portal.accounts.models import User
from portal.lib.dates import now

from .models import Message

# Longer ago it is no news: a mail server that comes back after a week must not send a week's mail.
NEWS = timedelta(days=2)


def mail_news() -> int:
    """Send each user one mail with what is new and unread; return the number of mails.

    A user whose mail fails keeps the others waiting for nothing: the next run tries again.
    Raises: OSError (smtplib's errors among them) of the first user whose mail could not be sent.
    """
    waiting = Message.objects.scoped().unread().filter(mailed_at__isnull=True, created_at__gt=now() - NEWS)
    users = waiting.exclude(user__email="").filter(user__is_active=True).values_list("user", flat=True)
    sent, failure = 0, None
    for key in sorted(set(users)):
        try:
            sent += _mail(User.objects.get(pk=key))
        except OSError as error:
            failure = failure or error
    if failure:
        raise failure
    return sent


@transaction.atomic
def _mail(user: User) -> int:
    # Held until the mail is out: two schedulers send it once.
    mine = (
        Message.objects.visible_to(user).unread().filter(mailed_at__isnull=True, created_at__gt=now() - NEWS)
    )
    news = list(mine.order_by("created_at").select_for_update(skip_locked=True, of=("self",)))
    if not news:
        return 0
    Message.objects.scoped().filter(pk__in=[each.pk for each in news]).update(mailed_at=now())
    send_mail(f"计生协工作平台：{len(news)} 条新消息", _body(news), None, [user.email])
    return 1


def _body(news: Sequence[Message]) -> str:
    lines = [f"· {message.text}" for message in news]
    return "\n".join([*lines, "", f"登录查看：{settings.PORTAL_URL}"])
