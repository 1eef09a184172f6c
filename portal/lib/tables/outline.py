"""Which sheets a workbook has, where they lie, and which of them is the table."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from zipfile import ZipFile

from portal.lib.tables.archive import chunks_of
from portal.lib.tables.places import named, refusal
from portal.lib.tables.source import Upload
from portal.lib.tables.xml_scan import broken, scan

WORKBOOK = "xl/workbook.xml"
LINKS = "xl/_rels/workbook.xml.rels"


@dataclass(frozen=True, kw_only=True)
class SheetPart:
    """One sheet: its title, whether it is shown, and the part that holds its cells."""

    title: str
    is_visible: bool
    path: str


def sheets_of(archive: ZipFile) -> tuple[SheetPart, ...]:
    """Return the sheets in their order.

    Raises: TableRefused for links to anything outside the workbook, and where two sheets share a title.
    """
    _check_links(archive)
    sheets: list[dict[str, str]] = []
    targets: dict[str, str] = {}

    def start_sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            sheets.append({key.rpartition(":")[2]: value for key, value in attributes.items()})

    def start_link(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]

    scan(chunks_of(archive, WORKBOOK), start_sheet)
    scan(chunks_of(archive, LINKS), start_link)
    parts = tuple(
        SheetPart(
            title=sheet["name"],
            is_visible=sheet.get("state", "visible") == "visible",
            path=posixpath.normpath(posixpath.join("/xl", targets[sheet["id"]])).lstrip("/"),
        )
        for sheet in sheets
    )
    if not parts or len({part.title for part in parts}) < len(parts):
        raise broken()
    return parts


def chosen_of(sheets: Sequence[SheetPart], upload: Upload) -> SheetPart:
    """Return the sheet of that title, or the only one that is not set aside.

    Raises: TableRefused when it is hidden or cannot be told.
    """
    by_title = [sheet for sheet in sheets if sheet.title == upload.sheet]
    candidates = by_title or [sheet for sheet in sheets if sheet.title not in upload.aside]
    visible = [sheet for sheet in candidates if sheet.is_visible]
    if len(visible) == 1 or (visible and not upload.sheet):
        return visible[0]
    titles = named([sheet.title for sheet in sheets])
    if candidates and not visible:
        raise refusal("table-hidden", f"要导入的工作表被隐藏，请取消隐藏。工作簿中有{titles}。")
    wanted = f"名为“{upload.sheet}”的工作表" if upload.sheet else "可导入的工作表"
    raise refusal("table-no-sheet", f"工作簿中没有{wanted}，现有{titles}。")


def _check_links(archive: ZipFile) -> None:
    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode", "").lower() == "external":
            message = "工作簿含有超链接或对其他文件的引用，请全选后删除超链接、断开链接，再上传。"
            raise refusal("table-link", message)

    for name in archive.namelist():
        if name.lower().endswith(".rels"):
            scan(chunks_of(archive, name), start)
