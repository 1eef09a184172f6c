"""One row of a file on its way into the register: typed, placed, judged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Model

from portal.lib.findings import Finding
from portal.lib.tables.reading import Row

from .types import ImportColumn


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why a row cannot be taken; `header` names the cell, or nothing where it is the row as a whole."""

    row: int
    header: str
    message: str


@dataclass(kw_only=True, slots=True)
class Draft:
    """A record as a row leaves it; `before` holds the fields that it changes, None of a new record."""

    record: Model
    before: dict[str, object] | None


@dataclass(kw_only=True, slots=True)
class Line:
    """A row of the file: values by the columns' names, its association, its faults, what comes of it."""

    row: Row
    headers: Mapping[str, str]
    values: dict[str, object]
    place: Model | None = None
    faults: list[Fault] = field(default_factory=list)
    drafts: Sequence[Draft] = ()

    def refuse(self, name: str, message: str) -> None:
        """Put down what is wrong with the column `name`, or with the row as a whole."""
        header = self.headers.get(name, "")
        self.faults.append(Fault(row=self.row.number, header=header, message=message.rstrip("。")))

    def take(self, findings: Iterable[Finding]) -> None:
        """Put down what a rule finds; its source names the column."""
        for finding in findings:
            self.refuse(finding.source, finding.message)

    def holds_any(self, names: Iterable[str]) -> bool:
        """Tell whether the row has something in one of these columns."""
        return any(self.values.get(name) is not None for name in names)

    @property
    def is_new(self) -> bool:
        return any(draft.before is None for draft in self.drafts)


def read_line(row: Row, columns: Sequence[ImportColumn], headers: Mapping[str, str]) -> Line:
    """Read every cell of a row by its column's reader; what cannot be read is a fault and None."""
    line = Line(row=row, headers=headers, values={})
    for column in columns:
        cell = row.cells[column.header]
        value = cell if isinstance(cell, Finding) else column.read(cell)
        if isinstance(value, Finding):
            line.refuse(column.name, value.message)
            value = None
        elif value is None and column.is_required:
            line.refuse(column.name, f"{column.header}必填，应为{column.form}")
        line.values[column.name] = value
    for surplus in row.surplus:
        line.refuse("", surplus.message)
    return line


def revised(record: Model, values: Mapping[str, object]) -> Sequence[Draft]:
    """Change a stored record into what a row says; an empty cell (None) leaves its field alone.

    Shape: no draft where nothing changes.
    """
    before = {
        name: getattr(record, name)
        for name, value in values.items()
        if value is not None and getattr(record, name) != value
    }
    for name in before:
        setattr(record, name, values[name])
    return (Draft(record=record, before=before),) if before else ()
