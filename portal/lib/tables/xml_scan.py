"""A streaming XML parser that takes no document types, no entities and no other encoding than UTF-8."""

from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

from portal.lib.tables.places import TableRefused, refusal

Start = Callable[[str, dict[str, str]], None]

# Older versions of expat read an unfinished token again with every piece that is fed: 100 MB of it would take
# hours. No cell comes near this length.
LONGEST_TOKEN = 1024 * 1024


def scanned(chunks: Iterable[bytes], start: Start) -> Iterator[bytes]:
    """Pass the pieces of an XML part on while calling `start(name, attributes)` for every element in them.

    Shape: names come without their prefix, attributes as written.
    Raises: TableRefused for XML that is broken or does what a workbook never needs.
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.XmlDeclHandler = _check_declaration
    fed = 0
    for chunk in chunks:
        _feed(parser, chunk, final=False)
        fed += len(chunk)
        if fed - max(parser.CurrentByteIndex, 0) > LONGEST_TOKEN:
            raise broken()
        yield chunk
    _feed(parser, b"", final=True)


def scan(chunks: Iterable[bytes], start: Start) -> None:
    """Go through an XML part as `scanned` does, keeping nothing of it."""
    for _ in scanned(chunks, start):
        pass


def broken() -> TableRefused:
    """Return the refusal of a workbook that no spreadsheet program would have written."""
    return refusal(
        "table-broken", "工作簿已损坏或不是由表格软件生成，请用 Excel 或 WPS 打开并另存为 .xlsx 后再上传。"
    )


def _feed(parser: expat.XMLParserType, chunk: bytes, *, final: bool) -> None:
    try:
        parser.Parse(chunk, final)
    except (expat.ExpatError, UnicodeDecodeError, ValueError):
        raise broken() from None


def _refuse(*_: object) -> None:
    raise broken()


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    # calamine reads UTF-8 whatever is declared; a part in another encoding would say two things.
    if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise broken()
