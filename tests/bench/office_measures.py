"""The office's day in figures: lists, imports and exports, against what the database alone would take."""

import csv
import io
import logging
from datetime import date, timedelta
from statistics import median
from uuid import uuid4

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import QueryDict
from django.test import Client
from openpyxl import Workbook
from stdnum.cn import ric

from members.models import Membership
from portal.accounts.models import User
from portal.jobs import worker
from portal.records import export_actions
from portal.records.export_files import path_of
from portal.records.importing import actions as import_actions
from portal.records.importing.models import ImportBatch
from portal.records.importing.registry import type_of
from portal.records.models import Export
from portal.records.registry import record_type_of

from .figures import ROUNDS, Figure, seconds

IMPORTED = 50_000


def lists() -> list[Figure]:
    """S3: the list of all memberships of a province and of a town, and how deep pages cost."""
    logging.disable(logging.WARNING)
    browser = Client()
    browser.force_login(User.objects.scoped().get(username="jx_office"))
    middle = Membership.objects.scoped().filter(left_on__isnull=True).order_by("joined_on", "pk")
    deep = middle[Membership.objects.scoped().count() // 2]
    town = "360102" + "001"
    paths = {
        "first page": "/records/memberships/",
        "deep page": f"/records/memberships/?sort=joined_on&after={deep.joined_on}~{deep.pk}",
        "a town": f"/records/memberships/?under={town}",
    }
    took = {
        name: median(seconds(lambda path=path: browser.get(path)) for _ in range(ROUNDS))
        for name, path in paths.items()
    }
    logging.disable(logging.NOTSET)
    size = f"{Membership.objects.scoped().count():,} memberships"
    ratios = {"first page": "≤ 2 × town", "deep page": "≤ 2 × town", "a town": ""}
    return [
        Figure(name=f"S3 list, {name}, ms", value=f"{took[name] * 1000:.0f}", goal=goal, data=size)
        for name, goal in ratios.items()
    ]


def membership_import() -> list[Figure]:
    """S7: a workbook of new members: checked, written, and the same file again."""
    user = User.objects.scoped().get(username="dh_office")
    content = _workbook()
    checked, written, batch = _imported(user, content)
    again, nothing, second = _imported(user, content)
    rate = IMPORTED / (checked + written)
    bare = IMPORTED / _bare_copy()
    size = f"{batch.created_count:,} rows, then {second.same_count:,} unchanged"
    return [
        Figure(name="S7 import checked, seconds", value=f"{checked:.1f}", goal="", data=size),
        Figure(name="S7 import written, seconds", value=f"{written:.1f}", goal="both < 60", data=size),
        Figure(name="S7 import / COPY of the rows", value=f"{rate / bare:.2f}", goal="≥ 0.25", data=size),
        Figure(name="S7 the same file again, seconds", value=f"{again + nothing:.1f}", goal="", data=size),
    ]


def exports() -> list[Figure]:
    """S17: all memberships of a province as files, against COPY and openpyxl's own writer."""
    user = User.objects.scoped().get(username="jx_office")
    figures = []
    for format, (name, goal) in {"csv": ("COPY TO", "≥ 0.28"), "xlsx": ("openpyxl", "≥ 1.6")}.items():
        export = export_actions.request_export(
            record_type=record_type_of("memberships"),
            query=QueryDict(),
            format=format,
            by=user,
            request_key=uuid4(),
        )
        took = seconds(lambda job=export.job_id: worker.work(job))
        export = Export.objects.get(pk=export.pk)
        alone = (_copy_out if format == "csv" else _openpyxl)(export)
        size = f"{export.row_count:,} rows, {export.size / 1024**2:.0f} MB"
        figures += [
            Figure(name=f"S17 export as {export.format}, seconds", value=f"{took:.1f}", goal="", data=size),
            Figure(name=f"S17 rate / {name}", value=f"{alone / took:.2f}", goal=goal, data=size),
        ]
    return figures


def _workbook() -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet, day = book.add_worksheet("导入"), book.add_format({"num_format": "yyyy-mm-dd"})
    headers = type_of("memberships").headers
    sheet.write_row(0, 0, headers)
    for number in range(IMPORTED):
        row = {
            "协会代码": "360102",
            "姓名": f"某会员{number}",
            "身份证号": _id_number(number),
            "会员类别": "育龄群众",
            "入会日期": date(2026, 1, 5),
        }
        for column, header in enumerate(headers):
            sheet.write(number + 1, column, row.get(header), *([day] if header == "入会日期" else []))
    book.close()
    return target.getvalue()


def _id_number(serial: int) -> str:
    day = date(1950, 1, 1) + timedelta(days=serial // 900)
    body = f"360102{day:%Y%m%d}{serial % 900 + 1:03d}"
    return body + ric.calc_check_digit(f"{body}0")


def _imported(user: User, content: bytes) -> tuple[float, float, ImportBatch]:
    file = SimpleUploadedFile("members.xlsx", content)
    batch = import_actions.upload(import_type=type_of("memberships"), file=file, by=user)
    checked = seconds(lambda: worker.work(batch.job_id))
    batch = import_actions.confirm(batch=batch, by=user)
    written = seconds(lambda: worker.work(batch.job_id))
    return checked, written, ImportBatch.objects.scoped().get(pk=batch.pk)


def _bare_copy() -> float:
    """Return how long the database takes for people and memberships of that number, without history."""
    took = 0.0
    with connection.cursor() as cursor:
        for table in ("members_person", "members_membership"):
            rows = io.BytesIO()
            newest = f"SELECT * FROM {table} ORDER BY id DESC LIMIT {IMPORTED}"  # noqa: S608
            cursor.copy_expert(f"COPY ({newest}) TO STDOUT", rows)
            cursor.execute(f"CREATE TABLE bare (LIKE {table} INCLUDING ALL)")
            rows.seek(0)
            took += seconds(lambda rows=rows: cursor.copy_expert("COPY bare FROM STDIN", rows))
            cursor.execute("DROP TABLE bare")
    return took


def _copy_out(export: Export) -> float:
    query = "SELECT * FROM members_membership JOIN members_person p ON p.id = person_id WHERE left_on IS NULL"
    with connection.cursor() as cursor:
        return seconds(lambda: cursor.copy_expert(f"COPY ({query}) TO STDOUT CSV", io.BytesIO()))


def _openpyxl(export: Export) -> float:
    """Return how long openpyxl takes for as many cells; the rows are those of the export made as CSV."""
    made = Export.objects.filter(format="csv", slug=export.slug).exclude(sha256="").latest("requested_at")
    with path_of(made).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))

    def write() -> None:
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
        book.save(io.BytesIO())

    return seconds(write)


ALL = (lists, membership_import, exports)
