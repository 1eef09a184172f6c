"""Who is kept out after too many failed sign-ins, and until when. django-axes counts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import axes.utils
from axes.helpers import get_client_ip_address, get_client_username
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.lib.dates import BEIJING, now

from .models import User
from .reach import require_power_over

SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A sign-in that failed."""

    at: datetime
    address: str
    agent: str


def locked_until(username: str, *, address: str = "") -> datetime | None:
    """Tell when the last lock of a name ends (from one address or from any); None while there is none."""
    rows = AccessAttempt.objects.filter(
        username=username, attempt_time__gt=now() - settings.AXES_COOLOFF_TIME
    ).order_by("-attempt_time")
    tries: defaultdict[str | None, list[tuple[datetime, int]]] = defaultdict(list)
    for row in rows.filter(ip_address=address) if address else rows:
        tries[row.ip_address].append((row.attempt_time, row.failures_since_start))
    ends = [end for found in tries.values() if (end := _end_of(found))]
    return max(ends).astimezone(BEIJING) if ends else None


def _end_of(tries: Iterable[tuple[datetime, int]]) -> datetime | None:
    # Each browser at an address has a count of its own, and the lock asks for their sum: it ends when the
    # count that makes the sum reach the limit, seen from the newest, is forgotten.
    failures = 0
    for at, count in tries:
        failures += count
        if failures >= settings.AXES_FAILURE_LIMIT:
            return at + settings.AXES_COOLOFF_TIME
    return None


def last_failures(username: str) -> list[Failure]:
    """Return the last failed sign-ins with a name, newest first."""
    rows = AccessFailureLog.objects.filter(username=username).order_by("-attempt_time")[:SHOWN]
    return [
        Failure(at=row.attempt_time, address=row.ip_address or "", agent=row.user_agent or "") for row in rows
    ]


def unlock(*, user: User, by: User | None) -> None:
    """Let a user try again at once.

    Raises: RuleViolation outside the administrator's power.
    """
    require_power_over(by, user)
    lift(user)


def lift(user: User) -> None:
    """Forget the failed sign-ins that count towards a lock; the record of them stays."""
    axes.utils.reset(username=user.get_username())


def locked_page(request: HttpRequest, original: HttpResponse | None, credentials: object) -> HttpResponse:
    """Answer whoever is locked out, with the time at which the lock ends.

    It says the same for names that do not exist: they are counted, too.
    """
    username = get_client_username(request, credentials) or ""
    address = get_client_ip_address(request) or ""
    until = locked_until(username, address=address) or now() + settings.AXES_COOLOFF_TIME
    minutes = -(-(until - now()).total_seconds() // 60)
    context = {"until": until, "minutes": int(minutes)}
    return render(request, "accounts/locked.html", context, status=settings.AXES_HTTP_RESPONSE_CODE)
