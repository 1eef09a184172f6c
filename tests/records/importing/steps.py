"""Files as clerks send them, and the steps that they and the workers take."""

import io

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from stdnum.cn import ric

from portal.jobs import worker
from portal.records.importing import actions
from portal.records.importing.registry import type_of


def book(headers, rows, title="导入"):
    """Return a workbook of one sheet; texts stay texts."""
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    sheet = made.add_worksheet(title)
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, headers)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell, *([day] if hasattr(cell, "year") else []))
    made.close()
    return target.getvalue()


def file_of(slug, rows):
    """Return a workbook for a type; every row is a dict by header, what it leaves out is empty."""
    headers = type_of(slug).headers
    return book(headers, [[row.get(header) for header in headers] for row in rows])


def id_number(serial, born="19850307"):
    """Return a number with a right check digit; odd serials are men's."""
    body = f"360102{born}{serial:03d}"
    return body + ric.calc_check_digit(f"{body}0")


def uploaded(by, slug, content, name="会员.xlsx"):
    """Send a file; nothing is checked yet."""
    file = SimpleUploadedFile(name, content)
    return actions.upload(import_type=type_of(slug), file=file, by=by)


def worked(batch):
    """Let a worker do the job of a batch and return the batch as it is afterwards."""
    batch.refresh_from_db()
    worker.work(batch.job_id)
    return type(batch).objects.select_related("job", "created_by", "association").get(pk=batch.pk)


def checked(by, slug, content, name="会员.xlsx"):
    return worked(uploaded(by, slug, content, name))


def imported(by, slug, content, name="会员.xlsx"):
    """Send, check, confirm and write a file."""
    batch = checked(by, slug, content, name)
    actions.confirm(batch=batch, by=by)
    return worked(batch)


def counts(batch):
    return batch.created_count, batch.changed_count, batch.same_count, batch.wrong_count


def told(batch):
    """Return what the page says is wrong: row, header, message."""
    return [(fault["row"], fault["header"], fault["message"]) for fault in batch.faults]
