"""Who was shown what, and who signed in: lists beside the trail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from axes.models import AccessFailureLog
from django.db.models import F, Model, Q, QuerySet, Value

from portal.accounts import models as accounts
from portal.accounts.models import User
from portal.accounts.scope import under_any
from portal.audit.models import Disclosure, Look

from .statements import Edge

Parts = tuple[datetime, str, int, str, str | None]
COLUMNS = ("moment", "outcome", "pk", "typed", "place")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A table of sign-ins and the paths in it: when, by which name, from where."""

    label: str
    rows: Callable[[], QuerySet[Any]]
    moment: str
    typed: str
    place: str


# What failed is kept by axes, under the name that was typed; what succeeded beside its session.
OUTCOMES = {
    "success": Source(
        label="登录",
        rows=lambda: accounts.SignIn.objects.scoped(),
        moment="at",
        typed="user__username",
        place="address",
    ),
    "failure": Source(
        label="登录失败",
        rows=lambda: AccessFailureLog.objects.all(),
        moment="attempt_time",
        typed="username",
        place="ip_address",
    ),
}


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Somebody signed in, or tried to."""

    at: datetime
    outcome: str
    key: int
    username: str
    name: str
    address: str

    @property
    def what(self) -> str:
        return OUTCOMES[self.outcome].label

    @property
    def edge(self) -> Edge:
        return Edge(at=self.at, kind=self.outcome, key=self.key)


def looks_of(
    user: User,
    *,
    under: str = "",
    users: Sequence[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    kind: str = "",
    record: int | None = None,
    channel: str = "",
) -> QuerySet[Look]:
    """Return the looks at records in the auditor's reach."""
    asked = {"model": kind, "key": record, "channel": channel, "at__gte": since, "at__lt": until}
    narrowing = {name: value for name, value in asked.items() if value not in (None, "")}
    found = Look.objects.visible_to(user).filter(**narrowing).select_related("user")
    found = found.under(under) if under else found
    return found if users is None else found.filter(user__in=users)


def disclosures_of(
    user: User,
    *,
    under: str = "",
    users: Sequence[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    channel: str = "",
) -> QuerySet[Disclosure]:
    """Return what left with personal data of the auditor's reach."""
    asked = {"channel": channel, "at__gte": since, "at__lt": until}
    narrowing = {name: value for name, value in asked.items() if value not in (None, "")}
    found = Disclosure.objects.visible_to(user).filter(**narrowing).select_related("user")
    found = found.under(under) if under else found
    return found if users is None else found.filter(user__in=users)


def sign_ins(
    *,
    prefixes: Sequence[str],
    outcome: str = "",
    username: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    edge: Edge | None = None,
    size: int,
) -> list[SignIn]:
    """List who signed in or failed to, newest first (oldest first in front of an edge).

    Only names of users of these associations count: what strangers typed belongs to nobody.
    """
    people = dict(
        User.objects.scoped().filter(under_any("association__code", prefixes)).values_list("username", "name")
    )
    sign = "" if edge and edge.is_backwards else "-"
    parts = [
        _part(name, source, people, username=username, since=since, until=until, edge=edge)
        for name, source in OUTCOMES.items()
        if outcome in ("", name)
    ]
    merged = parts[0].union(*parts[1:], all=True).order_by(f"{sign}moment", f"{sign}outcome", f"{sign}pk")
    return [
        SignIn(at=at, outcome=kind, key=key, username=who, name=people.get(who, ""), address=address or "")
        for at, kind, key, who, address in merged[:size]
    ]


def _part(
    name: str,
    source: Source,
    people: dict[str, str],
    *,
    username: str,
    since: datetime | None,
    until: datetime | None,
    edge: Edge | None,
) -> QuerySet[Model, Parts]:
    asked = {"moment__gte": since, "moment__lt": until}
    narrowing = {key: value for key, value in asked.items() if value is not None}
    wanted = [each for each in people if not username or username in (each, people[each])]
    named = source.rows().annotate(
        moment=F(source.moment), outcome=Value(name), typed=F(source.typed), place=F(source.place)
    )
    found = named.filter(typed__in=wanted, **narrowing)
    if edge:
        found = found.filter(_beyond(name, edge))
    rows: QuerySet[Model, Parts] = found.values_list(*COLUMNS)
    return rows


def _beyond(name: str, edge: Edge) -> Q:
    side = "gt" if edge.is_backwards else "lt"
    is_further = name > edge.kind if edge.is_backwards else name < edge.kind
    at_once = Q(moment=edge.at, pk__isnull=False) if is_further else Q(pk__in=[])
    if name == edge.kind:
        at_once = Q(**{"moment": edge.at, f"pk__{side}": edge.key})
    return Q(**{f"moment__{side}": edge.at}) | at_once


def cut(
    found: list[SignIn], *, edge: Edge | None, size: int
) -> tuple[list[SignIn], Edge | None, Edge | None]:
    """Return a page of `size` and the edges of its neighbours out of `size` + 1 rows."""
    is_backwards = bool(edge and edge.is_backwards)
    shown, has_more = found[:size], len(found) > size
    if is_backwards:
        shown.reverse()
    before = (
        replace(shown[0].edge, is_backwards=True) if shown and (has_more if is_backwards else edge) else None
    )
    after = shown[-1].edge if shown and (is_backwards or has_more) else None
    return shown, before, after
