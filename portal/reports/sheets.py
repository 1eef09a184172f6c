"""The workbook of a report: every row of its content, in typed cells."""

from io import BytesIO

from portal.lib.spreadsheet import write_xlsx

from .content import Content, QuotaReport, ReformReport
from .quota_sheets import quota_sheets
from .reform_sheets import reform_sheets


def workbook(content: Content) -> bytes:
    """Write the workbook of a report; the same content gives the same bytes."""
    match content:
        case QuotaReport():
            sheets = quota_sheets(content)
        case ReformReport():
            sheets = reform_sheets(content)
    target = BytesIO()
    write_xlsx(target, sheets, created=content.subject.data_at)
    return target.getvalue()
