"""What is told because a day comes nearer."""

from datetime import date, timedelta

from portal.accounts.models import Grant
from portal.lib.dates import official_day

from .actions import send
from .enums import Topic

# A grant's end is told twice: in time to have it prolonged, and in the last week.
GRANT_NOTICES = (30, 7)


def remind_of_grants(*, on: date) -> None:
    """Tell whoever holds a grant that ends soon, and whoever gave it; each of the two notices once."""
    last = on + timedelta(days=max(GRANT_NOTICES))
    ending = Grant.objects.scoped().ending(first=on, last=last)
    for grant in ending.select_related("user", "content_object", "permission", "term"):
        left = (grant.last_day - on).days
        notice = min(days for days in GRANT_NOTICES if left <= days)
        place, day = grant.content_object, official_day(grant.last_day)
        key = f"grant:{grant.pk}:{grant.last_day}:{notice}"
        send(
            to=[grant.user_id],
            topic=Topic.GRANT,
            key=key,
            text=f"您在{place.short_name}的“{grant.role.name}”授权将于{day}到期，需要延长请联系管理员",
        )
        if grant.granted_by_id:
            send(
                to=[grant.granted_by_id],
                topic=Topic.GRANT,
                key=f"{key}:given",
                text=f"账号 {grant.user.username} 在{place.short_name}的“{grant.role.name}”授权将于{day}到期",
                association=place,
            )
