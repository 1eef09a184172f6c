from portal.accounts.models import User

from .models import Message

COUNT_LIMIT = 99


def unread_count(user: User) -> str:
    """Return the number of the user's unread messages as the frame shows it: "", "1" … "99", "99+"."""
    count = Message.objects.visible_to(user).unread()[: COUNT_LIMIT + 1].count()
    return f"{COUNT_LIMIT}+" if count > COUNT_LIMIT else str(count or "")
