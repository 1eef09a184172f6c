"""What the trail tells an auditor: every version in scope, in words, newest first."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.db.models import ForeignKey, Model, Q

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import Scope
from portal.records.history_queries import LABELS, Difference, Words

from .kinds import Kind, kind_of
from .pool import Pool, instance_of
from .statements import Edge, Wanted, newest

SYSTEM = "系统"
READ_AT_ONCE = 1_000


@dataclass(frozen=True, kw_only=True)
class Version:
    """One row of the trail as the database tells it; `before` is the version that it took the place of."""

    kind: Kind
    key: int
    at: datetime
    action: str
    record: int
    now: Model
    before: Model | None
    user: int | None
    purpose: str
    address: str

    @property
    def edge(self) -> Edge:
        return Edge(at=self.at, kind=self.kind.code, key=self.key)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A version in words, with the code of the association that it belongs to.

    Of a sensitive record those who may not see it (not `is_told`) learn that it changed and which fields, and
    neither whom it is about nor what they held.
    """

    version: Version
    who: str
    what: str
    name: str
    place: str
    code: str
    is_told: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """Entries newest first, and the edges of the neighbouring pages, or None."""

    entries: tuple[Entry, ...]
    before: Edge | None
    after: Edge | None


def prefixes_within(scope: Scope, under: str) -> tuple[str, ...]:
    """Return the part of an auditor's reach that lies under a code; "" asks for all of it."""
    reach = scope.prefixes_for(Permission.READ_AUDIT)
    if any(under.startswith(prefix) for prefix in reach):
        return (under,)
    return tuple(prefix for prefix in reach if prefix.startswith(under))


def users_called(name: str) -> tuple[int, ...]:
    """Return who signs in or is known by this name."""
    return tuple(User.objects.scoped().filter(Q(username=name) | Q(name=name)).values_list("pk", flat=True))


def page_of(wanted: Wanted, *, scope: Scope, edge: Edge | None, size: int) -> Page:
    """Cut one page out of the trail."""
    is_backwards = bool(edge and edge.is_backwards)
    found = _versions(wanted, edge=edge, size=size + 1)
    shown, has_more = found[:size], len(found) > size
    if is_backwards:
        shown.reverse()
    has_before = has_more if is_backwards else edge is not None
    has_after = is_backwards or has_more
    return Page(
        entries=tuple(in_words(shown, scope=scope)),
        before=replace(shown[0].edge, is_backwards=True) if shown and has_before else None,
        after=shown[-1].edge if shown and has_after else None,
    )


def all_entries(wanted: Wanted, *, scope: Scope, most: int) -> Iterator[list[Entry]]:
    """Walk the trail in batches, newest first, as far as `most` entries."""
    edge, left = None, most
    while left > 0 and (found := _versions(wanted, edge=edge, size=min(READ_AT_ONCE, left))):
        yield in_words(found, scope=scope)
        edge, left = found[-1].edge, left - len(found)


def in_words(versions: Sequence[Version], *, scope: Scope) -> list[Entry]:
    """Say the versions in words: four or five statements, however many they are."""
    pool = Pool(record for version in versions for record in (version.now, version.before) if record)
    users = User.objects.scoped().in_bulk([version.user for version in versions if version.user])
    return [_entry(version, pool=pool, users=users, scope=scope) for version in versions]


def _versions(wanted: Wanted, *, edge: Edge | None, size: int) -> list[Version]:
    if not (wanted.prefixes and wanted.kinds):
        return []
    with connection.cursor() as cursor:
        cursor.execute(newest(wanted, edge=edge, size=size).as_string(cursor.connection))
        return [version for row in cursor.fetchall() if (version := _version(*row))]


def _version(
    code: str,
    at: datetime,
    key: int,
    label: str,
    record: int,
    now: str,
    before: str | None,
    metadata: str | None,
) -> Version | None:
    kind = kind_of(code)
    if kind is None:
        return None
    said = json.loads(metadata) if metadata else {}
    made = instance_of(kind.model, now)
    return Version(
        kind=kind,
        key=key,
        at=at,
        action=label,
        record=record,
        now=made,
        before=instance_of(kind.model, before) if before else None,
        user=_user_of(said) if kind.versions else getattr(made, "by_id", None),
        purpose=str(said.get("purpose", "")),
        address=str(said.get("address", "") or ""),
    )


def _user_of(said: dict[str, object]) -> int | None:
    key = said.get("user")
    return key if isinstance(key, int) else None


def _entry(version: Version, *, pool: Pool, users: dict[int, User], scope: Scope) -> Entry:
    owner = pool.owner(version.now)
    user = users.get(version.user) if version.user else None
    code = owner.code if owner else ""
    is_told = version.kind.is_told(scope, code)
    differences = _differences(version, pool=pool, scope=scope, code=code)
    return Entry(
        version=version,
        who=f"{user}（{user.username}）" if user else SYSTEM,
        what=LABELS[version.action],
        name=pool.name(version.now, scope) if is_told else f"{version.kind.label}{version.record}",
        place=owner.name if owner else "",
        code=code,
        is_told=is_told,
        differences=differences if is_told else tuple(map(_without_values, differences)),
    )


def _without_values(difference: Difference) -> Difference:
    return replace(difference, before="", after="")


def _differences(version: Version, *, pool: Pool, scope: Scope, code: str) -> tuple[Difference, ...]:
    needed = version.kind.readers
    fields = [
        field
        for field in version.kind.fields
        if field.name not in needed or scope.covers(needed[field.name], code)
    ]
    words = Words(
        fields=fields,
        masks=version.kind.masks,
        named={
            field.name: pool.names_in(scope, field.related_model, _keys(version, field))
            for field in fields
            if isinstance(field, ForeignKey)
        },
    )
    if version.action != "delete":
        return words.differences(version.before, version.now)
    # The row of a deletion tells what was there last.
    return tuple(replace(each, before=each.after, after="") for each in words.differences(None, version.now))


def _keys(version: Version, field: ForeignKey) -> Iterable[int]:
    records = filter(None, (version.before, version.now))
    return {key for key in (getattr(record, field.attname) for record in records) if key is not None}
