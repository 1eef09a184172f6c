"""Judge a file as a whole; nothing is written."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO

from portal.lib.tables.places import TableRefused
from portal.lib.tables.reading import open_table

from .books import REASON, error_book
from .lines import Fault, Line
from .plans import Context, planned
from .types import ImportType

Progress = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many rows make, change or leave records, or are wrong; and how many hold what masks hide."""

    created: int = 0
    changed: int = 0
    same: int = 0
    wrong: int = 0
    masked: int = 0

    def with_lines(self, lines: list[Line], import_type: ImportType) -> "Tally":
        wrong = sum(bool(line.faults) for line in lines)
        created = sum(line.is_new for line in lines)
        changed = sum(bool(line.drafts) for line in lines) - created
        return Tally(
            created=self.created + created,
            changed=self.changed + changed,
            same=self.same + len(lines) - wrong - created - changed,
            wrong=self.wrong + wrong,
            masked=self.masked + sum(line.holds_any(import_type.masked_columns) for line in lines),
        )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a file comes to; `book` is the workbook of its errors, if it can be read and has any."""

    tally: Tally = field(default_factory=Tally)
    faults: list[Fault] = field(default_factory=list)
    book: bytes | None = None

    @property
    def is_sound(self) -> bool:
        return not self.faults


def judged(
    file: BinaryIO, import_type: ImportType, context: Context, *, at: datetime, progress: Progress
) -> Verdict:
    """Check every row of a file.

    A file that cannot be read as a table is refused by faults without a row of their own.
    """
    try:
        verdict = _rows_judged(file, import_type, context, progress)
        if verdict.is_sound:
            return verdict
        with opened_table(file, import_type) as table:
            return replace(verdict, book=error_book(import_type, table, verdict.faults, made_at=at))
    except TableRefused as refused:
        return Verdict(
            faults=[Fault(row=0, header="", message=finding.message) for finding in refused.findings]
        )


def opened_table(file: BinaryIO, import_type: ImportType):
    """Open the file of an import; one that came back with its errors may be sent again as it is."""
    return open_table(file, headers=import_type.headers, ignored=(REASON,))


def _rows_judged(file: BinaryIO, import_type: ImportType, context: Context, progress: Progress) -> Verdict:
    tally, faults, done = Tally(), [], 0
    with opened_table(file, import_type) as table:
        for lines in planned(table, import_type, context):
            tally = tally.with_lines(lines, import_type)
            faults += [fault for line in lines for fault in line.faults]
            done += len(lines)
            progress(done)
    if not done:
        faults.append(Fault(row=0, header="", message="文件只有表头，没有要导入的行"))
    return Verdict(tally=tally, faults=faults)
