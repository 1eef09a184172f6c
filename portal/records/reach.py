"""What of a related record a reader is told: nothing where they do not reach it, wherever it would stand."""

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, TypeVar, cast

from django.db.models import ForeignKey, Model

from portal.accounts.roles import Permission
from portal.accounts.scope import Scope, ScopedQuerySet

if TYPE_CHECKING:
    from portal.accounts.models import User

ABOUT_PEOPLE = (Permission.VIEW_PEOPLE, Permission.VIEW_FAMILIES)
M = TypeVar("M", bound=Model)

OUT_OF_SCOPE = "（不在您的管理范围内）"
NO_KEY = 0
# The scope path of the register itself.
PLACE = "code"
# They hold for whoever the record is about, also where the reader is not told who that is.
MARKS = ("frozen_on", "erased_on")


class Unreached:
    """Stands where a related record would; whatever is asked of it, it says no more than that."""

    def __init__(self, record: Model | None = None) -> None:
        for name in MARKS:
            setattr(self, name, getattr(record, name, None))

    def __getattr__(self, name: str) -> "Unreached":
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __str__(self) -> str:
        return OUT_OF_SCOPE


def as_read_by(user: "User", record: M) -> M:
    """Return a copy of a record for showing it; the record itself stays as it is, for writing."""
    shown = copy.deepcopy(record)
    hide_unreached([shown], user=user)
    return shown


def name_for(user: "User", record: Model) -> str:
    """Name a record as the user may know it: many are named by the person they are about."""
    return str(as_read_by(user, record))


def hide_unreached(records: Iterable[Model], *, user: "User", keys: Sequence[str] = ()) -> None:
    """Put `Unreached` into the place of every related record that the user does not reach.

    The records are for reading only from then on. Looks at what was loaded with them, however deep, and at
    the foreign keys that `keys` names. What was loaded up to its association costs no statement, the rest one
    a model, however many records.
    """
    found = list(records)
    while found:
        by_model: defaultdict[type[Model], list[tuple[ForeignKey, Model]]] = defaultdict(list)
        for record in found:
            for field in foreign_keys(type(record)):
                if field.is_cached(record) or field.name in keys:
                    by_model[field.related_model].append((field, record))
        found, keys = [each for model, uses in by_model.items() for each in _hide(model, uses, user)], ()


def foreign_keys(model: type[Model]) -> list[ForeignKey]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def is_about_people(model: type[Model]) -> bool:
    """Tell whether the rows of a model are for those alone who may see people."""
    rows = model._default_manager.all()
    return isinstance(rows, ScopedQuerySet) and rows.view_permission in ABOUT_PEOPLE


def is_told(record: Model, field: ForeignKey) -> bool:
    """Tell whether `hide_unreached` has left what a foreign key refers to."""
    return not (field.is_cached(record) and isinstance(field.get_cached_value(record), Unreached))


def _hide(model: type[Model], uses: Sequence[tuple[ForeignKey, Model]], user: "User") -> list[Model]:
    """Hide what is not reached of one model, and return the loaded records that are."""
    rows: dict[int, Model | None] = {}
    for field, record in uses:
        key = getattr(record, field.attname)
        if key is not None and is_told(record, field):
            loaded = field.get_cached_value(record) if field.is_cached(record) else None
            rows[key] = loaded or rows.get(key)
    if any(not field.is_cached(record) for field, record in uses):
        # Asked whatever the rows hold: a list costs the same for one as for all.
        rows.setdefault(NO_KEY, None)
    reached = reached_keys(model, rows, user=user)
    for field, record in uses:
        key = getattr(record, field.attname)
        if key in rows and key not in reached and is_told(record, field):
            field.set_cached_value(record, Unreached(rows[key]))
    told = [field.get_cached_value(record) for field, record in uses if field.is_cached(record)]
    return [each for each in told if isinstance(each, Model)]


def reached_keys(model: type[Model], rows: Mapping[int, Model | None], *, user: "User") -> set[int]:
    """Return the keys of those rows of a related model that the user is told of.

    `rows` holds by key what is loaded already. Rows without a scope of their own, such as stored files, are
    reached through the record that names them. Of places also those above the user's own are told: their
    codes and names stand on every page of the register.
    """
    scoped = model._default_manager.all()
    if not isinstance(scoped, ScopedQuerySet):
        return set(rows)
    is_plain = type(scoped).visible_to is ScopedQuerySet.visible_to
    codes = {key: _code_in(row, scoped.scope_path) for key, row in rows.items() if row and is_plain}
    known = {key: code for key, code in codes.items() if code is not None}
    reached = {key for key, code in known.items() if _covers(user.scope, scoped, code)}
    return reached | _found_keys(scoped, rows.keys() - known.keys(), user=user)


def _found_keys(rows: ScopedQuerySet, keys: Set[int], *, user: "User") -> set[int]:
    if not keys:
        return set()
    if rows.scope_path == PLACE:
        codes = rows.scoped().filter(pk__in=keys).values_list("pk", "code")
        return {key for key, code in codes if user.scope.knows_place(code)}
    return set(rows.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))


def _covers(scope: Scope, rows: ScopedQuerySet, code: str) -> bool:
    if rows.scope_path == PLACE:
        return scope.knows_place(code)
    return scope.covers(rows.view_permission, code)


def _code_in(record: Model, path: str) -> str | None:
    """Return the code of the association that owns a record, as far as it is loaded."""
    *steps, last = path.split("__")
    for step in steps:
        field = cast(ForeignKey, record._meta.get_field(step))
        if not field.is_cached(record) or not is_told(record, field):
            return None
        record = field.get_cached_value(record)
    return None if record is None else str(getattr(record, last))
