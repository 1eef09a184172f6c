"""Which versions belong to an auditor's reach, as conditions of SQL.

A version belongs to the association that it names; what hangs on another record belongs where that record is
today or, where it was deleted, where it was last: what went with its parent stays in the auditor's sight.
"""

from collections.abc import Sequence

from django.db.models import Model
from psycopg2 import sql

from associations.models import Association

from .kinds import foreign_key, owner_path, versions_of

ROW = "kept_row"
# A reach of a whole province holds nearly every row that is met: asking each row for its owner, newest first,
# then ends after a page. In a smaller one the rows of its associations are gathered and sorted.
WIDE = 2


def owned(model: type[Model], prefixes: Sequence[str]) -> sql.Composable:
    """Return the condition that a version belongs to an association under one of the prefixes."""
    if any(len(prefix) <= WIDE for prefix in prefixes):
        return sql.SQL(
            "(SELECT {under} FROM associations_association AS owner WHERE owner.id = {key})"
        ).format(under=_under("owner", prefixes), key=_owner_key(model, ROW))
    return _is_among(model, prefixes, ROW)


def _under(alias: str, prefixes: Sequence[str]) -> sql.Composable:
    # Spelled out, so that each becomes a range of the index.
    code = sql.Identifier(alias, "code")
    ranges = [sql.SQL("{} LIKE {}").format(code, sql.Literal(f"{prefix}%")) for prefix in prefixes]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(ranges))


def _step(model: type[Model], alias: str) -> tuple[sql.Composable, type[Model]]:
    """Return the column that leads from a row towards its association, and where it leads."""
    name, *rest = owner_path(model).split("__")
    if not rest:
        # An association is its own; its code of today counts, as it does for its records.
        return sql.Identifier(alias, "pgh_obj_id"), Association
    field = foreign_key(model, name)
    return sql.Identifier(alias, field.column), field.related_model


def _owner_key(model: type[Model], alias: str) -> sql.Composable:
    """Return the key of the association that one row belongs to, as an expression."""
    column, parent = _step(model, alias)
    if parent is Association:
        return column
    above = f"{alias}_"
    text = "(SELECT {key} FROM {table} AS {above} WHERE id = {column})"
    if versions_of(parent):
        text = (
            f"coalesce({text}, (SELECT {{key}} FROM {{versions}} AS {{above}}"  # noqa: S608 -- only text from above
            " WHERE pgh_obj_id = {column} AND pgh_label = 'delete' LIMIT 1))"
        )
    return sql.SQL(text).format(
        key=_owner_key(parent, above),
        table=sql.Identifier(parent._meta.db_table),
        versions=sql.Identifier(versions_of(parent)),
        above=sql.Identifier(above),
        column=column,
    )


def _is_among(model: type[Model], prefixes: Sequence[str], alias: str) -> sql.Composable:
    """Return the condition that a row is among those of the associations under the prefixes."""
    column, parent = _step(model, alias)
    above = f"{alias}_"
    if parent is Association:
        keys = sql.SQL("SELECT id FROM associations_association AS {above} WHERE {under}").format(
            above=sql.Identifier(above), under=_under(above, prefixes)
        )
    else:
        text = "SELECT id FROM {table} AS {above} WHERE {is_among}"
        if versions_of(parent):
            text += (
                " UNION ALL SELECT pgh_obj_id FROM {versions} AS {above}"
                " WHERE pgh_label = 'delete' AND {is_among}"
            )
        keys = sql.SQL(text).format(
            table=sql.Identifier(parent._meta.db_table),
            versions=sql.Identifier(versions_of(parent)),
            above=sql.Identifier(above),
            is_among=_is_among(parent, prefixes, above),
        )
    return sql.SQL("{column} IN ({keys})").format(column=column, keys=keys)
