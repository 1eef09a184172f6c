"""Who has given the right password and is asked for a code: nobody is signed in until it is right."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from portal.lib.dates import now

from .models import User

WAITING = "waits_for_code"
PATIENCE_SECONDS = 5 * 60


@dataclass(frozen=True, kw_only=True)
class Waiter:
    user: User
    backend: str
    leads_to: str


def remember(request: HttpRequest, user: User, *, leads_to: str) -> None:
    """Note in the session, which is nobody's yet, whose password was right."""
    request.session[WAITING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "backend": user.backend,
        "leads_to": leads_to,
        "at": now().timestamp(),
    }


def recall(request: HttpRequest) -> Waiter | None:
    """Return whose code is awaited; None after five minutes, a new password or a deactivation."""
    noted = request.session.get(WAITING)
    if noted is None or now().timestamp() - noted["at"] > PATIENCE_SECONDS:
        return None
    user = User.objects.scoped().filter(pk=noted["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), noted["hash"]):
        return None
    return Waiter(user=user, backend=noted["backend"], leads_to=noted["leads_to"])


def forget(request: HttpRequest) -> None:
    """End the waiting."""
    request.session.pop(WAITING, None)
