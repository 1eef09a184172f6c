"""Who is kept out after too many failed sign-ins, and until when.

django-axes counts a name at an address, the broker a name and an address by themselves (ADR 54).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import axes.utils
from axes.helpers import get_client_ip_address, get_client_username
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.lib import limits
from portal.lib.dates import BEIJING, now
from portal.lib.env import Rate
from portal.lib.limits import Limit

from . import brakes, known_places
from .models import User
from .reach import require_power_over

SHOWN = 10
NAME_AT_ADDRESS = "sign-in"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A sign-in that failed."""

    at: datetime
    address: str
    agent: str


@dataclass(frozen=True, kw_only=True)
class Lock:
    """Why somebody is kept out (`kind`), by how many failures, and until when."""

    kind: str
    rate: Rate
    until: datetime


def lock_on(request: HttpRequest, *, username: str) -> Lock | None:
    """Return the lock on this name in this request; of several the one that lasts longest."""
    found = [_lock(limit) for limit in _brakes_on(request, username=username)]
    if until := _end_at_address(username, address=get_client_ip_address(request) or ""):
        found.append(Lock(kind=NAME_AT_ADDRESS, rate=settings.SIGN_IN_LIMIT, until=until))
    return max((lock for lock in found if lock), key=lambda lock: lock.until, default=None)


def locked_until(username: str) -> datetime | None:
    """Tell when the last lock on a name ends, from wherever it is tried; None while there is none."""
    locks = [_lock(limit) for limit in brakes.brakes_on_name(username)]
    ends = [lock.until for lock in locks if lock]
    if until := _end_at_address(username):
        ends.append(until)
    return max(ends, default=None)


def count_failure(request: HttpRequest, *, username: str) -> None:
    """Count a failed sign-in towards the locks on the name and on the address."""
    for limit in _brakes_on(request, username=username):
        limits.take(limit)


def _brakes_on(request: HttpRequest, *, username: str) -> list[Limit]:
    address = get_client_ip_address(request) or ""
    return brakes.brakes_on(
        username=username,
        address=address,
        by_known_browser=known_places.is_known_browser(request, username=username),
        from_known_address=known_places.is_known_address(address, username=username),
    )


def _lock(limit: Limit) -> Lock | None:
    seconds = limits.seconds_to_wait(limit)
    until = now() + timedelta(seconds=seconds)
    return Lock(kind=limit.kind, rate=limit.rate, until=until) if seconds else None


def _end_at_address(username: str, *, address: str = "") -> datetime | None:
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
    username = user.get_username()
    axes.utils.reset(username=username)
    for limit in brakes.brakes_on_name(username):
        limits.forget(limit)


def locked_page(request: HttpRequest, original: HttpResponse | None, credentials: object) -> HttpResponse:
    """Answer whoever is locked out, with the time at which the lock ends.

    It says the same for names that do not exist: they are counted, too.
    """
    username = get_client_username(request, credentials)
    # The last moment of a lock may pass between the refusal and this page.
    lock = lock_on(request, username=username) or Lock(
        kind=NAME_AT_ADDRESS, rate=settings.SIGN_IN_LIMIT, until=now()
    )
    minutes = -(-(lock.until - now()).total_seconds() // 60)
    context = {"lock": lock, "minutes": max(1, int(minutes))}
    return render(request, "accounts/locked.html", context, status=settings.AXES_HTTP_RESPONSE_CODE)
