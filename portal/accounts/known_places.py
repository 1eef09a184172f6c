"""Where a user has signed in before: the browsers, and the addresses.

A stranger who tries a name from a hundred machines shuts it for places that its user never came from, and not
for the user (ADR 54).
"""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from portal.lib.dates import now

from .models import SignIn

KNOWN_FOR = timedelta(days=90)
SALT = "known browser"
PATH = "/accounts/"


def remember_browser(response: HttpResponse, *, username: str) -> None:
    """Leave with the browser that this user has signed in with it; it lets nobody in."""
    response.set_signed_cookie(
        _cookie(username),
        "1",
        salt=SALT,
        max_age=KNOWN_FOR,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_known_browser(request: HttpRequest, *, username: str) -> bool:
    """Tell whether this user has signed in with this browser."""
    return request.get_signed_cookie(_cookie(username), default="", salt=SALT, max_age=KNOWN_FOR) == "1"


def is_known_address(address: str, *, username: str) -> bool:
    """Tell whether this user has signed in from this address."""
    since = now() - KNOWN_FOR
    sign_ins = SignIn.objects.scoped().filter(user__username=username, at__gte=since)
    return sign_ins.filter(address=address).exists()


def _cookie(username: str) -> str:
    # One for each user of a shared computer, and none of them tells whose it is.
    return f"known-{salted_hmac(SALT, username).hexdigest()[:16]}"
