"""When a session begins, when it ends however busy it is, and who may end it earlier."""

from datetime import datetime, timedelta
from typing import Any

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest

from portal.lib.dates import now

from .enums import SignInEnd
from .models import SignIn, User
from .models.sign_in import KeyHash, SignInQuerySet

SIGNED_IN_AT = "signed_in_at"
# 网络安全法 art. 21: not less than six months.
SIGN_INS_KEPT_FOR = timedelta(days=366)


def stamp_sign_in(*, request: HttpRequest, user: User, **_: Any) -> None:
    """Note in the session when its user signed in, and on record from where."""
    session = request.session
    session[SIGNED_IN_AT] = now().timestamp()
    if session.session_key is None:
        session.create()
    agent = request.META.get("HTTP_USER_AGENT", "").replace("\x00", "")
    SignIn.objects.create(
        user=user,
        session_hash=SignIn.hash_of(session.session_key),
        address=get_client_ip_address(request) or None,
        agent=agent[: SignIn._meta.get_field("agent").max_length],
    )


def note_sign_out(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Put on record how the session of this request ended."""
    if user is not None and request.session.session_key:
        is_too_long = has_ended(request.session, at=now())
        ending = SignInEnd.TOO_LONG if is_too_long else SignInEnd.SIGNED_OUT
        _open(current_sign_in(request)).update(ended_at=now(), ending=ending)


def has_ended(session: SessionBase, *, at: datetime) -> bool:
    """Tell whether the session is past its absolute end; a session that tells no beginning is."""
    return at.timestamp() - session.get(SIGNED_IN_AT, 0) > settings.SESSION_ABSOLUTE_AGE


def current_sign_in(request: HttpRequest) -> SignInQuerySet:
    """Return the sign-in that this request belongs to."""
    return SignIn.objects.scoped().filter(session_hash=SignIn.hash_of(request.session.session_key or ""))


def end_sign_ins(sign_ins: SignInQuerySet, *, ending: SignInEnd) -> None:
    """End sessions by deleting them: their next request is nobody's. The caller may end these."""
    # By their keys, because what makes a sign-in live is the very row that is deleted.
    hashes = dict(_open(sign_ins).values_list("pk", "session_hash"))
    # Only what still runs is hashed: that is an index away, and the rest lets nobody in.
    running = Session.objects.filter(expire_date__gt=now()).annotate(key_hash=KeyHash("session_key"))
    running.filter(key_hash__in=list(hashes.values())).delete()
    _open(SignIn.objects.scoped().filter(pk__in=list(hashes))).update(ended_at=now(), ending=ending)


def clear_outdated(*, at: datetime) -> None:
    """Delete sessions that have ended, and sign-ins (failed ones too) that the law no longer asks to keep."""
    Session.objects.filter(expire_date__lt=at).delete()
    # The portal's role may not delete them; the database's function does, and nothing of the last half year.
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_clear_sign_ins(%s)", [at - SIGN_INS_KEPT_FOR])


def keep_only(request: HttpRequest, *, old_key: str) -> None:
    """Follow this session to the key that it got with a new password, and end all others of its user."""
    mine = SignIn.objects.scoped().filter(user=request.user)
    new_hash = SignIn.hash_of(request.session.session_key)
    mine.filter(session_hash=SignIn.hash_of(old_key)).update(session_hash=new_hash)
    end_sign_ins(mine.exclude(session_hash=new_hash), ending=SignInEnd.PASSWORD)


def _open(sign_ins: SignInQuerySet) -> SignInQuerySet:
    return sign_ins.filter(ended_at__isnull=True)
