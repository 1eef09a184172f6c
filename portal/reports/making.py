"""From an association and a day to the files of a report; loads the renderer, so only workers import it."""

import json
from collections.abc import Collection, Iterator
from datetime import date

from associations.models import Association
from portal.lib.pdf import Embedded, render_pdf

from . import quota, reform
from .archive import MadeFile, file_name, stored
from .content import Content
from .models import ReportFormat, ReportKind
from .paper import page_of
from .sheets import workbook


def build(kind: ReportKind, association: Association, *, on: date, made_on: date) -> Content:
    """Read and judge what a report of this kind says of an association on a day."""
    match kind:
        case ReportKind.QUOTA:
            return quota.build(association, on=on, made_on=made_on)
        case ReportKind.REFORM:
            return reform.build(association, on=on, made_on=made_on)


def files_of(content: Content, formats: Collection[str]) -> Iterator[MadeFile]:
    """Make the files of a report one after the other; the same content gives the same bytes."""
    book = workbook(content)
    for kind in ReportFormat:
        if kind in formats:
            yield MadeFile(format=kind, name=file_name(content, kind), content=_bytes(content, kind, book))


def _bytes(content: Content, kind: ReportFormat, book: bytes) -> bytes:
    match kind:
        case ReportFormat.PDF:
            return _pdf(content, book)
        case ReportFormat.XLSX:
            return book
        case ReportFormat.JSON:
            return json.dumps(stored(content), ensure_ascii=False, indent=1).encode()


def _pdf(content: Content, book: bytes) -> bytes:
    # The workbook travels inside, because tables too long for paper are cut there.
    attached = Embedded(name=file_name(content, ReportFormat.XLSX), content=book, description="报告全部数据")
    return render_pdf(page_of(content), data_time=content.subject.data_at, embedded=[attached])
