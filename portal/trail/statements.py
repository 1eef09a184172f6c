"""The one statement behind a page of the trail: the newest versions of each table, merged by time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg2 import sql

from .kinds import Kind
from .ownership import owned


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Where a page begins: behind this version, or in front of it."""

    at: datetime
    kind: str
    key: int
    is_backwards: bool = False

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.key}"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which versions: of associations under one of the prefixes, and what else; None does not narrow."""

    prefixes: tuple[str, ...]
    kinds: tuple[Kind, ...]
    users: tuple[int, ...] | None = None
    record: int | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def newest(wanted: Wanted, *, edge: Edge | None, size: int) -> sql.Composable:
    """Return the statement; its rows are newest first, or oldest first in front of an edge.

    Each table gives its own newest by its index; what the versions say is read of those alone that remain
    after the merge.
    """
    is_backwards = bool(edge and edge.is_backwards)
    branches = [_branch(kind, wanted, edge=edge, size=size) for kind in wanted.kinds]
    return sql.SQL(
        "SELECT found.code, found.at, found.id, found.label, found.record, {now}, {before}, metadata::text"
        " FROM (SELECT * FROM ({branches}) AS merged"
        " ORDER BY at {order}, code {order}, id {order} LIMIT {size}) AS found"
        " LEFT JOIN pghistory_context AS context ON context.id = found.context_id"
        " ORDER BY found.at {order}, found.code {order}, found.id {order}"
    ).format(
        branches=sql.SQL(" UNION ALL ").join(branches),
        now=_by_kind(wanted.kinds, _now),
        before=_by_kind(wanted.kinds, _before),
        order=sql.SQL("ASC" if is_backwards else "DESC"),
        size=sql.Literal(size),
    )


def _branch(kind: Kind, wanted: Wanted, *, edge: Edge | None, size: int) -> sql.Composable:
    conditions = [owned(kind.model, wanted.prefixes), *_narrowing(kind, wanted)]
    if edge:
        conditions.append(_beyond(kind, edge))
    return sql.SQL(
        '(SELECT {code} COLLATE "C" AS code, kept_row.pgh_created_at AS at, kept_row.pgh_id AS id,'
        " kept_row.pgh_label AS label, kept_row.pgh_obj_id AS record, kept_row.pgh_context_id AS context_id"
        " FROM {source} AS kept_row WHERE {conditions}"
        " ORDER BY kept_row.pgh_created_at {order}, kept_row.pgh_id {order} LIMIT {size})"
    ).format(
        code=sql.Literal(kind.code),
        source=_source(kind),
        conditions=sql.SQL(" AND ").join(conditions),
        order=sql.SQL("ASC" if edge and edge.is_backwards else "DESC"),
        size=sql.Literal(size),
    )


def _source(kind: Kind) -> sql.Composable:
    if kind.versions:
        return sql.Identifier(kind.versions)
    return sql.SQL(
        "(SELECT step.*, id AS pgh_id, id AS pgh_obj_id, {at} AS pgh_created_at, 'insert' AS pgh_label,"
        " NULL::uuid AS pgh_context_id FROM {table} AS step)"
    ).format(at=sql.Identifier(kind.recorded_at), table=sql.Identifier(kind.model._meta.db_table))


def _by_kind(kinds: Sequence[Kind], read: Callable[[Kind], sql.Composable]) -> sql.Composable:
    cases = [
        sql.SQL("WHEN {code} THEN {read}").format(code=sql.Literal(kind.code), read=read(kind))
        for kind in kinds
    ]
    return sql.SQL("CASE found.code {cases} END").format(cases=sql.SQL(" ").join(cases))


def _now(kind: Kind) -> sql.Composable:
    return sql.SQL(
        "(SELECT to_jsonb(kept_row)::text FROM {source} AS kept_row WHERE pgh_id = found.id)"
    ).format(source=_source(kind))


def _before(kind: Kind) -> sql.Composable:
    if not kind.versions:
        return sql.SQL("NULL")
    return sql.SQL(
        "(SELECT to_jsonb(older)::text FROM {table} AS older WHERE pgh_obj_id = found.record"
        " AND pgh_id < found.id ORDER BY pgh_id DESC LIMIT 1)"
    ).format(table=sql.Identifier(kind.versions))


def _narrowing(kind: Kind, wanted: Wanted) -> list[sql.Composable]:
    conditions = {
        "kept_row.pgh_obj_id = {}": wanted.record,
        "kept_row.pgh_label = {}": wanted.action,
        "kept_row.pgh_created_at >= {}": wanted.since,
        "kept_row.pgh_created_at < {}": wanted.until,
    }
    found = [
        sql.SQL(text).format(sql.Literal(value)) for text, value in conditions.items() if value is not None
    ]
    return found if wanted.users is None else [*found, _made_by(kind, wanted.users)]


def _made_by(kind: Kind, users: Sequence[int]) -> sql.Composable:
    if not kind.versions and not hasattr(kind.model, "by_id"):
        return sql.SQL("false")
    if not kind.versions:
        return sql.SQL("kept_row.by_id = ANY ({})").format(sql.Literal(list(users)))
    return sql.SQL(
        "kept_row.pgh_context_id IN (SELECT id FROM pghistory_context WHERE metadata ->> 'user' = ANY ({}))"
    ).format(sql.Literal([str(user) for user in users]))


def _beyond(kind: Kind, edge: Edge) -> sql.Composable:
    """Versions of one moment follow the names of their kinds, then their keys."""
    sign = ">" if edge.is_backwards else "<"
    is_same = kind.code == edge.kind
    is_further = kind.code > edge.kind if edge.is_backwards else kind.code < edge.kind
    if is_same:
        text = f"(kept_row.pgh_created_at, kept_row.pgh_id) {sign} ({{at}}, {{key}})"
    else:
        text = f"kept_row.pgh_created_at {sign}{'=' if is_further else ''} {{at}}"
    return sql.SQL(text).format(at=sql.Literal(edge.at), key=sql.Literal(edge.key))
