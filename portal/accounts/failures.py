"""What is kept of a sign-in that failed: when, with which name, from where. Never what was sent."""

from collections.abc import Mapping

import structlog
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessFailureLog
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from . import lockouts
from .models import User

log = structlog.get_logger(__name__)
# No name of a user has it, so that a hash is never taken for one.
NOBODY = "?"


def name_on_record(request: HttpRequest, credentials: Mapping[str, str] | None) -> str:
    """Return the name that was typed if somebody has it, else a hash of it.

    Whoever is one field too early types the password there. The same text has the same hash and so counts.
    """
    typed = (credentials or request.POST).get("username") or ""
    if User.objects.scoped().filter(username=typed).exists():
        return typed
    return NOBODY + salted_hmac("name of nobody", typed).hexdigest()[:32]


class FailureHandler(AxesDatabaseHandler):
    """Keeps of a failure what is asked for; django-axes would keep the body and the query of the request."""

    def is_locked(self, request: HttpRequest, credentials: Mapping[str, str] | None = None) -> bool:
        return lockouts.lock_on(request, username=get_client_username(request, credentials)) is not None

    def user_login_failed(
        self,
        sender: object,
        credentials: Mapping[str, str],
        request: HttpRequest | None = None,
        **kwargs: object,
    ) -> None:
        request.axes_credentials = credentials
        # What is refused without a look at the password is no try: counting it would move the lock's end.
        if request.axes_locked_out:
            return
        self.clean_expired_user_attempts(request, credentials)
        username = get_client_username(request, credentials)
        _count_at_address(request, username)
        lockouts.count_failure(request, username=username)
        request.axes_locked_out = lockouts.lock_on(request, username=username) is not None
        AccessFailureLog.objects.create(
            username=username,
            ip_address=request.axes_ip_address,
            user_agent=request.axes_user_agent,
            locked_out=request.axes_locked_out,
        )
        log.warning("sign_in_failed", locks=request.axes_locked_out)


@transaction.atomic
def _count_at_address(request: HttpRequest, username: str) -> None:
    attempt, is_new = AccessAttempt.objects.select_for_update().get_or_create(
        username=username,
        ip_address=request.axes_ip_address,
        user_agent=request.axes_user_agent,
        defaults={"failures_since_start": 1},
    )
    if not is_new:
        attempt.failures_since_start = F("failures_since_start") + 1
        attempt.attempt_time = request.axes_attempt_time
        attempt.save(update_fields=["failures_since_start", "attempt_time"])
