"""The kinds of records that the trail tells of, and where in the database their versions lie."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

from django.apps import apps
from django.db.models import Field, ForeignKey, Model

from portal.accounts.models import SecondFactor, TeamMembership, User
from portal.accounts.roles import Permission
from portal.accounts.scope import Scope, ScopedQuerySet
from portal.audit.models import Disclosure, Look, recorded_field
from portal.records.history_queries import shown_fields
from portal.records.models import StoredFile
from portal.records.personal_data import masks_of
from portal.records.registry import registered
from portal.records.types import RecordType

# Told by lists of their own.
OWN_LISTS = (Look, Disclosure)
# What is no record of an association's: a user is their association's, a file whoever brought it.
OWNERS = {
    User: "association__code",
    SecondFactor: "user__association__code",
    TeamMembership: "user__association__code",
    StoredFile: "uploaded_by__association__code",
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of record; `versions` is its event table, or empty where the rows themselves are steps.

    `owner_path` leads to the code of the association that a version belongs to.
    """

    model: type[Model]
    versions: str
    owner_path: tuple[str, ...]
    record_type: RecordType | None

    @property
    def code(self) -> str:
        return str(self.model._meta.label_lower)

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def masks(self) -> Mapping[str, Callable[[str], str]]:
        return {name: mask.hide for name, mask in masks_of(self.model).items()}

    @property
    def readers(self) -> Mapping[str, Permission]:
        """Fields that take a further permission."""
        return self.record_type.readers if self.record_type else {}

    @property
    def recorded_at(self) -> str:
        """When a step was recorded; versions tell it themselves."""
        return recorded_field(self.model)

    @property
    def is_sensitive(self) -> bool:
        return is_sensitive(self.model)

    def is_told(self, scope: Scope, code: str) -> bool:
        """Tell whether an auditor is told whom a version is about, and what it says."""
        return scope.covers(permission_to_know(self.model), code)

    @property
    def fields(self) -> list[Field]:
        return shown_fields(self.model)


@cache
def kinds() -> tuple[Kind, ...]:
    """List all kinds, in the order of their names."""
    types = {each.model: each for each in registered()}
    found = [
        Kind(
            model=model,
            versions=versions_of(model),
            owner_path=tuple(owner_path(model).split("__")),
            record_type=types.get(model),
        )
        for model in apps.get_models()
        if (versions_of(model) or recorded_field(model)) and owner_path(model) and model not in OWN_LISTS
    ]
    return tuple(sorted(found, key=lambda kind: kind.code))


def is_sensitive(model: type[Model]) -> bool:
    """Tell whether the records take a permission of their own, which the right to audit does not give."""
    rows = model._default_manager.all()
    return isinstance(rows, ScopedQuerySet) and rows.view_permission == Permission.VIEW_FAMILIES


def permission_to_know(model: type[Model]) -> Permission:
    """Return what an auditor needs where a record is, to be told more than that it changed and in what."""
    return Permission.VIEW_FAMILIES if is_sensitive(model) else Permission.READ_AUDIT


def kind_of(code: str) -> Kind | None:
    return next((kind for kind in kinds() if kind.code == code), None)


def owner_path(model: type[Model]) -> str:
    """Return the path to the code of the association that owns a record, or nothing."""
    rows = model._default_manager.all()
    return OWNERS.get(model) or (rows.scope_path if isinstance(rows, ScopedQuerySet) else "")


def foreign_key(model: type[Model], name: str) -> ForeignKey:
    return cast(ForeignKey, model._meta.get_field(name))


def versions_of(model: type[Model]) -> str:
    """Return the table of a model's versions, or nothing."""
    versions: type[Model] | None = getattr(model, "pgh_event_model", None)
    return versions._meta.db_table if versions else ""
