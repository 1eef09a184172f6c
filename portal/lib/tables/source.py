"""What a file format hands over to the reading of rows."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from portal.lib.findings import Finding
from portal.lib.tables.cells import Value
from portal.lib.tables.limits import Limits
from portal.lib.tables.places import PlacedFinding


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file and what its reader wants of it; the fields are those of `open_table`."""

    file: BinaryIO
    headers: Sequence[str]
    sheet: str
    aside: Collection[str]
    limits: Limits


@dataclass(frozen=True, kw_only=True)
class Source:
    """All rows from the first one on, blank ones too; `merged` waits until the header row is known."""

    sheet: str
    rows: Iterator[list[Value | Finding]]
    merged: tuple[PlacedFinding, ...] = ()
