"""What an import must know of a kind of record; each room declares its own in its `imports`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Model

from portal.accounts.roles import Permission
from portal.lib.findings import Finding
from portal.lib.tables.cells import Value
from portal.records.personal_data import masks_of

if TYPE_CHECKING:
    from .plans import Plan

CODE = "code"


@dataclass(frozen=True, kw_only=True)
class ImportColumn:
    """A column of the file; `name` is under what the plan finds its value.

    `form`, `example` and `note` stand in the template's sheet 说明; `choices` are offered as a drop-down;
    `field` is the field of the model that keeps the cell.
    """

    name: str
    header: str
    read: Callable[[Value], object | Finding]
    form: str
    example: str
    is_required: bool = False
    choices: tuple[str, ...] = ()
    note: str = ""
    field: tuple[type[Model], str] | None = None

    @property
    def is_masked(self) -> bool:
        """Whether the cell is compared with what a mask hides."""
        return self.field is not None and self.field[1] in masks_of(self.field[0])


@dataclass(frozen=True, kw_only=True)
class ImportType:
    """A kind of file: its columns, who may bring it in, and the plan that turns rows into records.

    One column is called `code` and names the association of the row. `models` are those that the plan
    writes, whatever rests on another one after it; `key` says in words by what a row finds its record.
    """

    slug: str
    label: str
    columns: tuple[ImportColumn, ...]
    plan: type["Plan"]
    models: tuple[type[Model], ...]
    key: str
    edit_permission: Permission = Permission.EDIT_RECORDS

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(column.header for column in self.columns)

    @property
    def masked_columns(self) -> tuple[str, ...]:
        """The names of the columns whose cells are compared with what masks hide."""
        return tuple(column.name for column in self.columns if column.is_masked)

    @property
    def header_by_name(self) -> dict[str, str]:
        return {column.name: column.header for column in self.columns}
