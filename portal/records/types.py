"""What the record pages must know of a kind of record; each room declares its own in its `records.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet
from portal.lib.page_parts import Action, Tab
from portal.lib.spreadsheet import Cell, Kind

from .personal_data import masks_of, registry
from .reach import Unreached, foreign_keys, is_about_people

if TYPE_CHECKING:
    from portal.accounts.models import User

    from .filters import RecordFilters
    from .forms import VersionedForm

# Beyond it no key of the database reaches.
MOST_DIGITS = 19


def rows_of(model: type[Model]) -> ScopedQuerySet:
    """Return all rows of a scoped model; the caller narrows them to a user."""
    return cast(ScopedQuerySet, model._default_manager.all())


def reachable(model: type[Model], *, user: "User", permission: Permission | None = None) -> QuerySet:
    """Return the rows of a related model that the user may see, or do `permission` to.

    Rows without a scope of their own, such as stored files, are reached through the record that names them.
    """
    rows = model._default_manager.all()
    return rows.visible_to(user, permission) if isinstance(rows, ScopedQuerySet) else rows


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the list and of its export, and a line of the detail page.

    `sort` is the path of a field that has an index and no nulls; without it the list cannot be sorted by the
    column. A column that is not `is_shown` waits in the column choice. The name of a column that `is_file`
    is that of the field, whose file the detail page offers.
    """

    name: str
    label: str
    read: Callable[[Model], Cell]
    kind: Kind = Kind.TEXT
    sort: str = ""
    is_shown: bool = True
    is_file: bool = False

    def cell(self, record: Model) -> Cell:
        """Read the column of a record in which what the reader does not reach is hidden."""
        value = self.read(record)
        if isinstance(value, Unreached):
            return str(value) if self.kind == Kind.TEXT else None
        return value


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a record ends: a page asks for these fields of the model, and `write` ends it.

    The first field is the last day; while it is empty the record goes on. Without `write` the fields are
    saved.
    """

    label: str
    fields: tuple[str, ...]
    write: Callable[..., None] | None = None

    def is_open(self, record: Model) -> bool:
        return getattr(record, self.fields[0]) is None


@dataclass(frozen=True, kw_only=True)
class RecordType:
    """A kind of record: its list, its form and who may use them.

    Whoever may see it is told by the model's own query set; `readers` are fields and columns that take a
    further permission where the record is. A type without a form is read and never written. `order` names
    the column that sorts the list at first; `derived` are the fields that follow from those of the form, so
    that a restore takes both back; `opens` read what a field holds sealed; `note` tells where records are
    made that no form of their own makes (`form_creates`).

    `parents` are the foreign keys to the record that a new one is made under (one of them), unless the form
    asks for it; below those `also_under` it is listed and not made. `start` is the page where that record is
    looked for first, told by `?then=` what is made under it. `children` are the slugs of the types that stand
    on the detail page. `make(record, by=user)` writes a new record and returns it, and
    `write(record, seen=version, by=user)` a changed one, where saving it is not all; every look at a type
    that `is_sensitive` is put on record.

    `own_page` is the address of a record that has a page written by hand instead of the generic one, and
    `own_tabs` are the tabs of that page; `list_links(user)` lead on from the list.

    `links` lead from a record to other pages, and `links_for` those that depend on the reader;
    `forward(key, user)` is the page that tells what became of a record that is no more, or "". `bulk_pages`
    are labels and routes of other pages that the chosen records of the list are posted to. Over REST a
    record tells the fields of its model, and the columns that are `told`.
    """

    slug: str
    model: type[Model]
    columns: tuple[Column, ...]
    order: str
    filters: type["RecordFilters"]
    form: type["VersionedForm"] | None = None
    edit_permission: Permission = Permission.EDIT_RECORDS
    related: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    opens: Mapping[str, Callable[[Model], str]] = field(default_factory=dict)
    readers: Mapping[str, Permission] = field(default_factory=dict)
    bulk_fields: tuple[str, ...] = ()
    form_creates: bool = True
    note: str = ""
    parents: tuple[str, ...] = ()
    also_under: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    make: Callable[..., Model] | None = None
    write: Callable[..., None] | None = None
    ending: Ending | None = None
    deletes: bool = False
    is_sensitive: bool = False
    links: Callable[[Model], Sequence[Action]] = lambda record: ()
    own_page: Callable[[Model], str] | None = None
    own_tabs: Callable[[Model, HttpRequest], Sequence[Tab]] | None = None
    list_links: Callable[["User"], Sequence[Action]] = lambda user: ()
    start: str = ""
    links_for: Callable[[Model, "User"], Sequence[Action]] = lambda record, user: ()
    forward: Callable[[int, "User"], str] = lambda key, user: ""
    bulk_pages: tuple[tuple[str, str], ...] = ()
    told: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def view_permission(self) -> Permission:
        return self.records().view_permission

    @property
    def is_personal(self) -> bool:
        """Whether its records say something of people, by themselves or by whom they refer to."""
        keys = foreign_keys(self.model)
        return self.model in registry() or any(is_about_people(field.related_model) for field in keys)

    @property
    def form_fields(self) -> tuple[str, ...]:
        """The fields of the model that the form writes."""
        if self.form is None:
            return ()
        names = {each.name for each in self.model._meta.concrete_fields}
        return tuple(name for name in self.form.base_fields if name in names)

    @property
    def file_fields(self) -> tuple[str, ...]:
        """The fields whose files are offered to whoever sees the record."""
        return tuple(column.name for column in self.columns if column.is_file)

    def may_read(self, name: str, record: Model, *, user: "User") -> bool:
        """Tell whether the user may read this field of a record that they may see."""
        needed = self.readers.get(name)
        return needed is None or user.scope.covers(needed, self.code_of(record))

    def columns_for(self, user: "User") -> tuple[Column, ...]:
        """Return the columns as the user may read them: empty where `readers` asks for more."""

        def narrowed(column: Column) -> Column:
            def may_read(record: Model) -> bool:
                return self.may_read(column.name, record, user=user)

            return replace(
                column,
                read=lambda record: column.cell(record) if may_read(record) else None,
            )

        return tuple(
            narrowed(column) if column.name in self.readers else replace(column, read=column.cell)
            for column in self.columns
        )

    def told_columns(self) -> tuple[Column, ...]:
        """Return the columns that REST tells besides the fields of the model."""
        return tuple(column for column in self.columns if column.name in self.told)

    @property
    def needs_parent(self) -> bool:
        """Whether a new record must come from its parent's page, because the form does not ask for it."""
        return bool(self.form and self.parents) and not set(self.parents) <= set(self.form.base_fields)

    @property
    def is_tracked(self) -> bool:
        """Whether every version is kept; a record of steps that are only added has none."""
        return hasattr(self.model, "events")

    @property
    def masks(self) -> dict[str, Callable[[str], str]]:
        """How pages show the fields that the registry of personal data masks."""
        return {name: mask.hide for name, mask in masks_of(self.model).items()}

    def whole(self, record: Model, name: str) -> str:
        """Return what a masked field holds."""
        return self.opens[name](record) if name in self.opens else str(getattr(record, name))

    def records(self) -> ScopedQuerySet:
        """Return all records with what their columns read; the caller narrows them to a user."""
        return rows_of(self.model).select_related(*self.related)

    def keyed(self, rows: ScopedQuerySet, keys: Sequence[str]) -> ScopedQuerySet:
        """Keep the rows with these keys; what is no key matches nothing."""
        return rows.filter(pk__in=[int(key) for key in keys if key.isdecimal() and len(key) < MOST_DIGITS])

    def code_of(self, record: Model) -> str:
        """Return the code of the association that owns a record."""
        value = record
        for name in self.records().scope_path.split("__"):
            value = getattr(value, name)
        return str(value)

    def parent_of(self, name: str) -> type[Model]:
        """Return the model of the records that this one is made under by the foreign key `name`."""
        return cast(ForeignKey, self.model._meta.get_field(name)).related_model

    @property
    def listed_under(self) -> tuple[str, ...]:
        """The foreign keys to records whose pages show what lies below them."""
        return (*self.parents, *self.also_under)

    def parent_name(self, model: type[Model]) -> str:
        """Return the foreign key to records of the model, or "" where there is none."""
        return next((name for name in self.listed_under if self.parent_of(name) is model), "")

    def page_of(self, record: Model) -> str:
        """Return the address of the page that shows a record."""
        return self.own_page(record) if self.own_page else self.url("detail", record.pk)

    def url(self, page: str, *keys: int | str) -> str:
        return reverse(f"records:{self.slug}_{page}", args=keys)
