"""What the address of a list of the trail asks for."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import QueryDict

from portal.accounts.models import User
from portal.audit.digests import bounds
from portal.audit.models import Disclosure, Look
from portal.lib.keyset import moment_in

from . import lists
from .forms import DisclosureForm, LookForm, RangeForm, SignInForm, TrailForm
from .kinds import kind_of, kinds
from .queries import prefixes_within, users_called
from .statements import Edge, Wanted

MOST_DIGITS = 19


@dataclass(frozen=True, kw_only=True)
class Range:
    """What the lists have in common; a form with an error keeps nothing."""

    prefixes: tuple[str, ...]
    users: tuple[int, ...] | None
    since: datetime | None
    until: datetime | None


def trail_wanted(form: TrailForm, user: User) -> Wanted:
    """Read which versions are asked for."""
    asked = range_of(form, user)
    said = form.cleaned_data
    kind = kind_of(said.get("kind", ""))
    return Wanted(
        prefixes=asked.prefixes,
        kinds=(kind,) if kind else kinds(),
        users=asked.users,
        record=said.get("record"),
        action=said.get("action") or None,
        since=asked.since,
        until=asked.until,
    )


def range_of(form: RangeForm, user: User) -> Range:
    """Read where, who and when; what the auditor may not reach is asked of nobody."""
    said = form.cleaned_data
    since, until, who = said.get("since"), said.get("until"), said.get("who")
    return Range(
        prefixes=prefixes_within(user.scope, said.get("under", "")) if form.is_valid() else (),
        users=users_called(who) if who else None,
        since=bounds(since)[0] if since else None,
        until=bounds(until)[1] if until else None,
    )


def looks(form: LookForm, user: User) -> QuerySet[Look]:
    """Return the looks that are asked for; none of them for a form with an error."""
    wanted, said = range_of(form, user), form.cleaned_data
    if not wanted.prefixes:
        return Look.objects.none().scoped()
    return lists.looks_of(
        user,
        under=said.get("under", ""),
        users=wanted.users,
        since=wanted.since,
        until=wanted.until,
        kind=said.get("kind", ""),
        record=said.get("record"),
        channel=said.get("channel", ""),
    )


def disclosures(form: DisclosureForm, user: User) -> QuerySet[Disclosure]:
    """Return what is asked for of what left; nothing of it for a form with an error."""
    wanted, said = range_of(form, user), form.cleaned_data
    if not wanted.prefixes:
        return Disclosure.objects.none().scoped()
    return lists.disclosures_of(
        user,
        under=said.get("under", ""),
        users=wanted.users,
        since=wanted.since,
        until=wanted.until,
        channel=said.get("channel", ""),
    )


def sign_ins(form: SignInForm, user: User, *, edge: Edge | None, size: int) -> list[lists.SignIn]:
    """Return the sign-ins that are asked for; none of them for a form with an error."""
    wanted, said = range_of(form, user), form.cleaned_data
    return lists.sign_ins(
        prefixes=wanted.prefixes,
        outcome=said.get("outcome", ""),
        username=said.get("who", ""),
        since=wanted.since,
        until=wanted.until,
        edge=edge,
        size=size,
    )


def edge_in(query: QueryDict) -> Edge | None:
    """Read where the page begins.

    Raises: BadRequest for an edge that no page has written.
    """
    for name in ("after", "before"):
        if name in query:
            at, _, rest = query.get(name, "").partition("~")
            kind, _, key = rest.partition("~")
            try:
                return Edge(at=moment_in(at), kind=kind, key=_key(key), is_backwards=name == "before")
            except ValueError:
                raise BadRequest("页码有误，请从第一页重新查看") from None
    return None


def _key(text: str) -> int:
    if not text.isdecimal() or len(text) >= MOST_DIGITS:
        raise ValueError("no key")
    return int(text)
