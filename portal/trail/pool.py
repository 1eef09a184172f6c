"""Records as their versions tell them, loaded for a whole page at once: names without a query each."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Field, ForeignKey, Model
from psycopg2 import sql

from associations.models import Association
from portal.accounts.models import User
from portal.accounts.scope import Scope
from portal.records.reach import Unreached

from .kinds import foreign_key, owner_path, permission_to_know, versions_of

# A visit names its household, that its membership, that its person: no name reaches further.
MOST_STEPS = 4


def instance_of(model: type[Model], text: str) -> Model:
    """Make a record, never to be saved, out of a version that the database wrote as JSON."""
    written = json.loads(text, parse_float=Decimal)
    values = {
        field.attname: _value(field, written[field.column])
        for field in model._meta.concrete_fields
        if field.column in written
    }
    return model(**values)


def _value(field: Field, written: object) -> object:
    target = field.target_field if isinstance(field, ForeignKey) else field
    return None if written is None else target.to_python(written)


class Pool:
    """The records that some versions are about or refer to."""

    def __init__(self, records: Iterable[Model]) -> None:
        self._by_key: dict[type[Model], dict[int, Model]] = defaultdict(dict)
        found = list(records)
        for _ in range(MOST_STEPS):
            wanted = self._missing(found)
            if not wanted:
                break
            found = self._load(wanted)

    def get(self, model: type[Model], key: int | None) -> Model | None:
        return self._by_key[model].get(key) if key is not None else None

    def linked(self, record: Model, scope: Scope) -> Model:
        """Hand a record what it refers to, so that its name asks the database nothing.

        What lies beyond the reach stays hidden, as on the record's own page; a pool serves one reader.
        """
        for field in _foreign_keys(type(record)):
            other = self.get(field.related_model, getattr(record, field.attname))
            if other is not None and not field.is_cached(record):
                # People who act and places are known by name to all.
                is_known = isinstance(other, User | Association) or self._is_in(scope, other)
                field.set_cached_value(record, self.linked(other, scope) if is_known else Unreached(other))
        return record

    def name(self, record: Model, scope: Scope) -> str:
        """Name a record as far as the reader knows what it refers to.

        One of which a part has left no trace goes by its number.
        """
        try:
            return str(self.linked(record, scope))
        except ObjectDoesNotExist:
            return f"{record._meta.verbose_name}{record.pk}"

    def owner(self, record: Model) -> Association | None:
        """Return the association that a record belongs to."""
        *steps, _ = owner_path(type(record)).split("__")
        at: Model | None = record
        for step in steps:
            if at is None:
                return None
            field = foreign_key(type(at), step)
            at = self.get(field.related_model, getattr(at, field.attname))
        return at if isinstance(at, Association) else None

    def names_in(self, scope: Scope, model: type[Model], keys: Iterable[int]) -> dict[int, str]:
        """Name those of the records that an auditor may know of; people who act are known by name to all."""
        found = {key: self.get(model, key) for key in keys}
        return {
            key: self.name(record, scope)
            for key, record in found.items()
            if record is not None and (model is User or self._is_in(scope, record))
        }

    def _is_in(self, scope: Scope, record: Model) -> bool:
        if not owner_path(type(record)):
            return True
        owner = self.owner(record)
        return owner is not None and scope.covers(permission_to_know(type(record)), owner.code)

    def _missing(self, records: Iterable[Model]) -> dict[type[Model], set[int]]:
        wanted: dict[type[Model], set[int]] = defaultdict(set)
        for record in records:
            for field in _foreign_keys(type(record)):
                key = getattr(record, field.attname)
                if key is not None and self.get(field.related_model, key) is None:
                    wanted[field.related_model].add(key)
        return wanted

    def _load(self, wanted: Mapping[type[Model], set[int]]) -> list[Model]:
        tracked = {model: keys for model, keys in wanted.items() if versions_of(model)}
        found = _last_versions(tracked) if tracked else []
        for model in wanted.keys() - tracked.keys():
            found += model._base_manager.in_bulk(list(wanted[model])).values()
        for record in found:
            self._by_key[type(record)][record.pk] = record
        # The name of an association says all: what lies above it is not needed.
        return [record for record in found if not isinstance(record, Association)]


def _foreign_keys(model: type[Model]) -> list[ForeignKey]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def _last_versions(wanted: Mapping[type[Model], set[int]]) -> list[Model]:
    models = {model._meta.label_lower: model for model in wanted}
    branch = sql.SQL(
        "SELECT {label}, (SELECT to_jsonb(kept_row)::text FROM {table} AS kept_row"
        " WHERE kept_row.pgh_obj_id = key ORDER BY kept_row.pgh_id DESC LIMIT 1)"
        " FROM unnest({keys}::bigint[]) AS wanted (key)"
    )
    branches = [
        branch.format(
            label=sql.Literal(label),
            table=sql.Identifier(versions_of(model)),
            keys=sql.Literal(sorted(wanted[model])),
        )
        for label, model in models.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(branches).as_string(cursor.connection))
        return [instance_of(models[label], text) for label, text in cursor.fetchall() if text]
