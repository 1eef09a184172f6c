"""When a session ends, however busy it is."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from portal.lib.dates import now

SIGNED_IN_AT = "signed_in_at"


def stamp_sign_in(*, request: HttpRequest, **_: Any) -> None:
    """Note in the session when its user signed in."""
    request.session[SIGNED_IN_AT] = now().timestamp()


def has_ended(session: SessionBase, *, at: datetime) -> bool:
    """Tell whether the session is past its absolute end; a session that tells no beginning is."""
    return at.timestamp() - session.get(SIGNED_IN_AT, 0) > settings.SESSION_ABSOLUTE_AGE
