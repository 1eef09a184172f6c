from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from portal.lib import limits
from portal.lib.limits import Limit


class UserThrottle(BaseThrottle):
    """Limits the requests of a user, by whichever token and web process; nobody else gets as far as here."""

    seconds = 0.0

    def allow_request(self, request: Request, view: object) -> bool:
        limit = Limit(kind="api", whose=str(request.user.pk), rate=settings.API_RATE)
        self.seconds = limits.take(limit)
        return self.seconds == 0

    def wait(self) -> float:
        return self.seconds
