"""HTML to PDF: official page, nothing fetched, the same report gives the same bytes."""

import ctypes
import gc
import logging
import mimetypes
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import NoReturn

from django.conf import settings
from weasyprint import CSS, HTML, Attachment
from weasyprint.text import ffi
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

STYLESHEET = settings.BASE_DIR / "static" / "css" / "report.css"
VARIANT = "pdf/a-3u"
# One free family for each official face, as report.css falls back on them.
FREE_FAMILIES = ("Noto Serif CJK SC", "Noto Sans CJK SC", "AR PL UKai CN")
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RefusedFetch(ValueError):
    """A report asked for something outside itself."""


class NoFetcher(URLFetcher):
    """Refuse every address: files, hosts and data alike.

    A report brings its figures, its charts and its stylesheet along, so whatever it asks for came in with a
    record. The refusal is logged and a gap is left; a plain function that raises would end the rendering.
    """

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
        raise RefusedFetch(f"refused: {url[:200]}")


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """A file that travels inside the PDF."""

    name: str
    content: bytes
    description: str


def render_pdf(html: str, *, data_time: datetime, embedded: Sequence[Embedded] = ()) -> bytes:
    """Render a report page as PDF/A-3u.

    Shape: archival PDF with all fonts inside, text that can be searched, bookmarks from the headings.
    The metadata carry `data_time` and no clock, so the same input gives the same bytes.
    """
    fonts, stylesheet = _warm()
    with _collector_paused(), warnings.catch_warnings():
        # The renderer leaves the file of its colour profile to the collector.
        warnings.filterwarnings("ignore", r"unclosed file .*sRGB2014\.icc", ResourceWarning)
        document = HTML(string=html, url_fetcher=NoFetcher()).render(
            font_config=fonts, stylesheets=[stylesheet], pdf_variant=VARIANT
        )
        document.metadata.created = document.metadata.modified = data_time.isoformat(timespec="seconds")
        content = document.write_pdf(
            pdf_variant=VARIANT, attachments=[_attachment(file, data_time) for file in embedded]
        )
    if not isinstance(content, bytes):
        raise TypeError("the renderer gave no bytes")
    return content


def harfbuzz_subset_available() -> bool:
    """Tell whether fonts are cut by the native library; without it a report takes 6 to 57 times as long."""
    return ffi.harfbuzz_subset is not None


@cache
def fonts_available() -> bool:
    """Tell whether every free family that the reports fall back on is installed whole.

    Asked by drawing one character in each, because the name of a missing family is answered by another one.
    """
    words = "".join(f"<p style=\"font-family:'{family}'\">计</p>" for family in FREE_FAMILIES)
    document = HTML(string=words, url_fetcher=NoFetcher()).render(font_config=_warm()[0])
    document.write_pdf()
    return {font.family for font in document.fonts.values()} == set(FREE_FAMILIES)


@cache
def _warm() -> tuple[FontConfiguration, CSS]:
    # Reading the fonts and the stylesheet costs as much as a short report; a worker does it once.
    mimetypes.add_type(WORKBOOK_TYPE, ".xlsx")
    # A line for every page of every report would bury the lines that matter.
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    fonts = FontConfiguration()
    return fonts, CSS(filename=STYLESHEET, font_config=fonts, url_fetcher=NoFetcher())


@contextmanager
def _collector_paused() -> Iterator[None]:
    # Laying out a table makes millions of objects that all live to the end; looking through them on the way
    # costs up to 60 %. One collection afterwards keeps a worker small.
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
        _return_memory()


def _return_memory() -> None:
    # The fonts pass through memory once per report; glibc would keep those 100 MB for the life of a worker.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _attachment(file: Embedded, data_time: datetime) -> Attachment:
    moment = data_time.astimezone(UTC)
    return Attachment(
        file_obj=BytesIO(file.content),
        name=file.name,
        description=file.description,
        created=moment,
        modified=moment,
        relationship="Data",
    )
