"""Workbooks: checked part by part, then read by calamine from a copy that holds only what was checked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from portal.lib.findings import Finding
from portal.lib.tables.archive import chunks_of, opened_archive
from portal.lib.tables.cells import Value, typed
from portal.lib.tables.limits import HEAD_ROWS, Limits
from portal.lib.tables.outline import SheetPart, chosen_of, sheets_of
from portal.lib.tables.places import PlacedFinding, TableRefused, found
from portal.lib.tables.sheet_scan import SheetScan
from portal.lib.tables.source import Source, Upload
from portal.lib.tables.xml_scan import Start, broken, scan, scanned

KEPT_IN_MEMORY = ("si", "xf", "numFmt", "definedName", "sheet", "Relationship")


@contextmanager
def workbook_source(upload: Upload) -> Iterator[Source]:
    """Open a workbook.

    Raises: TableRefused, see `opened_archive`, `sheets_of`, `chosen_of` and `SheetScan`.
    """
    with TemporaryDirectory(prefix="table-") as folder:
        # Under this ending calamine reads the file piece by piece; from an open file it loads it whole.
        copy = Path(folder) / "checked.xlsx"
        title, merged = _copy_checked(upload, copy)
        sheet = _sheet(copy, title)
        yield Source(sheet=title, rows=_rows(sheet, upload.limits), merged=merged)


def _copy_checked(upload: Upload, target: Path) -> tuple[str, tuple[PlacedFinding, ...]]:
    """Copy the parts that calamine needs and no others, so that it cannot find what was not checked."""
    with opened_archive(upload.file, upload.limits) as archive, ZipFile(target, "w") as copy:
        sheets = sheets_of(archive)
        chosen = chosen_of(sheets, upload)
        for other in sheets:
            if other is not chosen and other.title not in upload.aside:
                _check_empty(archive, other, upload.limits)
        for name in _frame(archive):
            if name != chosen.path:
                _copy(archive, copy, name, _counter(upload.limits))
        sheet_scan = SheetScan(chosen.title, upload.limits)
        _copy(archive, copy, chosen.path, sheet_scan.start)
        sheet_scan.end()
        return chosen.title, tuple(sheet_scan.merged.values())


def _frame(archive: ZipFile) -> Iterator[str]:
    """Name the parts around the sheets: content types, links, shared texts, formats."""
    for name in archive.namelist():
        folder, _, leaf = name.rpartition("/")
        if folder in ("", "_rels", "xl", "xl/_rels") and leaf.endswith((".xml", ".rels")):
            yield name


def _copy(archive: ZipFile, copy: ZipFile, name: str, start: Start) -> None:
    with copy.open(name, "w") as target:
        for chunk in scanned(chunks_of(archive, name), start):
            target.write(chunk)


def _counter(limits: Limits) -> Start:
    """Return a listener that refuses more shared texts or formats than there can be cells.

    calamine keeps all of them in memory, and 5 bytes are enough for one.
    """
    left = (limits.rows + HEAD_ROWS) * limits.columns

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal left
        if name in KEPT_IN_MEMORY:
            left -= 1
            if left < 0:
                raise broken()

    return start


def _check_empty(archive: ZipFile, sheet: SheetPart, limits: Limits) -> None:
    def start(name: str, _attributes: dict[str, str]) -> None:
        if name in ("v", "is", "f"):
            message = "这张工作表也有内容，不会被导入，请删去或分开上传。"
            raise TableRefused([found("table-more-sheets", message, sheet=sheet.title)])

    scan(chunks_of(archive, sheet.path), start)


def _sheet(path: Path, title: str) -> CalamineSheet:
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            return workbook.get_sheet_by_name(title)
    except (CalamineError, OSError, ValueError):
        raise broken() from None


def _rows(sheet: CalamineSheet, limits: Limits) -> Iterator[list[Value | Finding]]:
    # Rows come from the first of the sheet on, columns from the first filled one.
    blank: list[Value | Finding] = [None] * (sheet.start[1] if sheet.start else 0)
    for raw in sheet.iter_rows():
        yield blank + [typed(cell, longest=limits.cell_length) for cell in raw]
