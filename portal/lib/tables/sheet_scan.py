"""What calamine does not tell of a sheet: formulas, merged and hidden cells, how far it reaches."""

import re

from portal.lib.tables.limits import HEAD_ROWS, Limits
from portal.lib.tables.places import (
    MOST_FINDINGS,
    PlacedFinding,
    TableRefused,
    found,
    index_of,
    letter_of,
    refusal,
)
from portal.lib.tables.xml_scan import broken

REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
RANGE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):([A-Z]{1,3})([1-9][0-9]{0,6})")
YES = ("1", "true")
CELL_PARTS = ("t", "r", "f")


class SheetScan:
    """Listens to the elements of one sheet; `start` is the handler for `xml_scan.scanned`.

    A cell is where its reference says; one without is refused, because calamine would make room for whatever
    place it worked out itself, and lack of memory there ends the process.
    `merged` are the merges that may lie above the header row, by their last row.
    """

    def __init__(self, title: str, limits: Limits) -> None:
        self.title = title
        self.limits = limits
        self.findings: list[PlacedFinding] = []
        self.merged: dict[int, PlacedFinding] = {}
        self._last_column = 0
        self._hidden_columns: list[tuple[int, int]] = []
        self._row_hidden = False
        self._told_row = 0
        self._cell = (0, -1)
        self._in_cell = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in one element."""
        if name == "c":
            self._in_cell = True
            self._start_cell(attributes)
        elif name in ("v", "is"):
            self._fill_cell()
        elif name == "f" and self._in_cell:
            self._add("formula", "含有公式，请复制后“选择性粘贴—数值”。")
        elif name not in CELL_PARTS:
            # Drop-downs and conditional formats, after the cells, hold an <f> as well.
            self._in_cell = False
            self._start_other(name, attributes)

    def end(self) -> None:
        """Conclude what only the whole sheet shows.

        Raises: TableRefused with at most 20 findings about formulas, errors and hidden cells.
        """
        for first, last in self._hidden_columns:
            if first <= self._last_column:
                letter = letter_of(first)
                last = min(last, self._last_column)
                span = letter if first == last else f"{letter}至{letter_of(last)}"
                message = f"{span}列被隐藏，请取消隐藏后检查内容，或删去。"
                self._tell(found("table-hidden", message, sheet=self.title, letter=letter))
        if self.findings:
            raise TableRefused(self.findings)

    def _start_other(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "row":
                self._row_hidden = attributes.get("hidden") in YES or attributes.get("ht") == "0"
            case "col":
                self._start_columns(attributes)
            case "mergeCell":
                self._start_merge(attributes)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = REFERENCE.fullmatch(attributes.get("r", ""))
        if not place:
            raise broken()
        cell = (int(place[2]), index_of(place[1]))
        # Every program writes cells in their order; one cell given a million times would fill the memory.
        if cell <= self._cell:
            raise broken()
        self._cell = cell
        if attributes.get("t") == "e":
            self._add("error", "是错误值（如 #N/A、#DIV/0!），请改正或清空。")

    def _fill_cell(self) -> None:
        row, column = self._cell
        if not row:
            raise broken()
        if row > self.limits.rows + HEAD_ROWS:
            message = f"一次最多导入{self.limits.rows}行，第{row}行仍有内容，请删去或分成几个文件。"
            raise refusal("table-too-long", message)
        if column >= self.limits.columns:
            message = f"最多{self.limits.columns}列，{letter_of(column)}列仍有内容，请删去多余的列。"
            raise refusal("table-too-wide", message)
        self._last_column = max(self._last_column, column)
        if self._row_hidden and self._told_row != row:
            self._told_row = row
            message = "被隐藏或筛选掉了，请取消筛选和隐藏后检查内容，或删去。"
            self._tell(found("table-hidden", message, sheet=self.title, row=row))

    def _start_columns(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in YES or attributes.get("width") == "0":
            try:
                first, last = int(attributes.get("min", "")), int(attributes.get("max", ""))
            except ValueError:
                raise broken() from None
            self._hidden_columns.append((first - 1, last - 1))

    def _start_merge(self, attributes: dict[str, str]) -> None:
        merge = RANGE.fullmatch(attributes.get("ref", ""))
        if not merge:
            raise broken()
        row = int(merge[4])
        message = f"{merge[0]}是合并单元格，请取消合并，每格各填各的。"
        finding = found("table-merged", message, sheet=self.title, row=row, letter=merge[1])
        if row > HEAD_ROWS:
            self._tell(finding)
        else:
            self.merged[row] = finding

    def _add(self, kind: str, message: str) -> None:
        row, column = self._cell
        self._tell(found(f"table-{kind}", message, sheet=self.title, row=row, letter=letter_of(column)))

    def _tell(self, finding: PlacedFinding) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
