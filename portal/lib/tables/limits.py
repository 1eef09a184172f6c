"""How large an uploaded table may be."""

from dataclasses import dataclass

# A title, a note and a blank line may stand above the header row.
HEAD_ROWS = 10
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of one upload.

    Units: `rows` without the header; `cell_length` in characters; `ratio` is unpacked to packed bytes of one
    part above one megabyte (a real sheet of one repeated value reaches about 60, a bomb 1,000).
    """

    rows: int = 50_000
    columns: int = 60
    cell_length: int = 2_000
    file_bytes: int = 30 * MEGABYTE
    parts: int = 300
    unpacked_bytes: int = 300 * MEGABYTE
    ratio: int = 200
