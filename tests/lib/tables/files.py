"""Workbooks and CSV files as offices send them, and changed in ways that they do not."""

import io
import zipfile

import xlsxwriter

from portal.lib.tables.places import TableRefused
from portal.lib.tables.reading import open_table

HEADERS = ("姓名", "出生日期", "人数")
ROWS = (("张三", "1990-03-07", 3), ("李四", "1985-12-31", 0))


def workbook(write, **options):
    """Return the bytes of a workbook that a function has filled."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, **options})
    write(book)
    book.close()
    return target.getvalue()


def filled(book, rows=ROWS, title="会员", headers=HEADERS, first_row=0):
    sheet = book.add_worksheet(title)
    sheet.write_row(first_row, 0, headers)
    for number, row in enumerate(rows, start=first_row + 1):
        sheet.write_row(number, 0, row)
    return sheet


def changed(content, edit=lambda name, part: part, extra=()):
    """Return a workbook with its parts rewritten and others added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            copy.writestr(name, edit(name, source.read(name)))
        for name, part in extra:
            copy.writestr(name, part)
    return target.getvalue()


def replaced(content, part, old, new):
    def edit(name, body):
        if name != part:
            return body
        assert old in body
        return body.replace(old, new)

    return changed(content, edit)


def csv_of(text, encoding="utf-8-sig"):
    return text.encode(encoding)


def read(content, headers=HEADERS, **options):
    """Return every row as its number and cells."""
    with open_table(io.BytesIO(content), headers=headers, **options) as table:
        return [(row.number, list(row.cells.values())) for row in table.rows]


def refusal(content, headers=HEADERS, **options):
    """Return the codes and messages with which a file is refused."""
    try:
        read(content, headers, **options)
    except TableRefused as refused:
        return [(finding.code, finding.message) for finding in refused.findings]
    raise AssertionError("the file was taken")
