"""The columns that hold sealed values, whichever room they are of, and keys that are proven by them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import BinaryField, Func, Model, QuerySet
from django.views.decorators.debug import sensitive_variables

from .key_checks import record, recorded
from .keys import SEARCH, check_values, misfits, newest, place_of, ring_name
from .models import KeyCheck
from .sealed import SealError, search_hash, unseal

SAMPLE = 20
UNREADABLE = "{place}打不开已存的加密内容，或{search}与之不符"
LOST = "缺少{place}，已存的加密内容要用它才能打开"


class SealedField(BinaryField):
    """Bytes that `seal` made for this purpose; `found_by` names the column with the text's keyed hash."""

    def __init__(self, *args: Any, purpose: str = "", found_by: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose, self.found_by = purpose, found_by

    def deconstruct(self) -> Any:
        # To its table it is bytes: what they mean is no migration's business.
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs


class KeyId(Func):
    """The bytes before the colon of a sealed value; none where nobody sealed it."""

    template = (
        "substring(%(expressions)s FROM 1 FOR greatest(position('\\x3a'::bytea IN %(expressions)s) - 1, 0))"
    )
    output_field = BinaryField()


@dataclass(frozen=True, kw_only=True)
class SealedColumn:
    """Where sealed values lie."""

    model: type[Model]
    field: SealedField

    def key_ids(self) -> set[str]:
        """Return the ids of the keys that its values are sealed with; reads the whole table."""
        found = self._rows().values_list("key_id", flat=True).distinct()
        return {bytes(key_id).decode(errors="replace") for key_id in found if key_id}

    @sensitive_variables()
    def opens(self, key_id: str) -> bool:
        """Tell whether one of a few values of that key can be opened and is found by its hash."""
        names = (self.field.name, self.field.found_by or self.field.name)
        rows = self._rows().filter(key_id=key_id.encode()).values_list(*names)
        return any(self._is_whole(*row) for row in rows[:SAMPLE])

    @sensitive_variables()
    def _is_whole(self, sealed: memoryview, found_by: object) -> bool:
        try:
            text = unseal(sealed, self.field.purpose)
        except SealError:
            return False
        return not self.field.found_by or found_by == search_hash(text)

    def _rows(self) -> QuerySet:
        filled = self.model._base_manager.exclude(**{self.field.name: None})
        rows: QuerySet = filled.annotate(key_id=KeyId(self.field.name)).order_by()
        return rows


def sealed_columns() -> Iterator[SealedColumn]:
    """Walk the sealed columns of all models."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, SealedField):
                yield SealedColumn(model=model, field=field)


def key_ids_in_use() -> set[str]:
    """Return the ids of the keys without which some value of the database cannot be opened."""
    return {key_id for column in sealed_columns() for key_id in column.key_ids()}


def proven_faults() -> dict[str, str]:
    """Say what is wrong with the keys, by the name of the key.

    A database that was filled before check values were kept is asked by its sealed values.
    """
    kept = recorded()
    return misfits(kept) if SEARCH in kept else _faults_of_values()


def record_keys() -> dict[str, str]:
    """Record the keys of a database that has no check values yet, once its values prove them.

    Return what is wrong with the keys, as `proven_faults` does; then nothing is recorded.
    """
    tables = {KeyCheck._meta.db_table, *(column.model._meta.db_table for column in sealed_columns())}
    if not tables <= set(connection.introspection.table_names()):
        return {}
    faults = proven_faults()
    if not faults and SEARCH not in recorded():
        record(SEARCH, newest(), *(ring_name(key_id) for key_id in key_ids_in_use()))
    return faults


def _faults_of_values() -> dict[str, str]:
    own = check_values()
    faults = {}
    for column in sealed_columns():
        for key_id in column.key_ids():
            name = ring_name(key_id)
            if name not in own:
                faults[name] = LOST.format(place=place_of(name))
            elif not column.opens(key_id):
                faults[name] = UNREADABLE.format(place=place_of(name), search=place_of(SEARCH))
    return faults
