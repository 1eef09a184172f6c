"""All that is on record about somebody, as it is handed to them."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from django.contrib.postgres.fields import ArrayField
from django.db.models import Field, Model
from django.views.decorators.debug import sensitive_variables

from portal.accounts.models import User
from portal.accounts.scope import ScopedQuerySet
from portal.lib.spreadsheet import Column, Sheet, write_xlsx
from portal.records.personal_data import PersonalModel
from portal.records.subjects import rows_about
from portal.records.types import RecordType

Openers = Mapping[str, Callable[[Model], str]]
PLACE = ("登记协会代码", "登记协会")
ABOUT = ("记录", "条数", "用途", "依据", "谁可查看", "保存期限")


@dataclass(frozen=True, kw_only=True)
class Part:
    """The rows of one model, in words; `heads` name the columns."""

    entry: PersonalModel
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What somebody is given: rows at associations in the reach of whoever hands it out."""

    parts: tuple[Part, ...]


@sensitive_variables()
def copy_of(subject: Model, *, record_type: RecordType, by: User) -> Copy:
    """Read all that is on record about somebody, unmasked, their own row first.

    Raises: SealError where no key opens their ID number.
    """
    parts = [
        _part(entry, rows.visible_to(by), opens=record_type.opens if entry.subject == "" else {})
        for entry, rows in rows_about(subject)
    ]
    return Copy(parts=tuple(reversed(parts)))


@sensitive_variables()
def packed(copy: Copy, *, made_at: datetime) -> bytes:
    """Write a copy as a workbook and as JSON, in one ZIP file."""
    workbook, package = io.BytesIO(), io.BytesIO()
    write_xlsx(workbook, _sheets(copy), created=made_at)
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("个人信息副本.xlsx", workbook.getvalue())
        text = json.dumps(_as_json(copy, made_at), ensure_ascii=False, indent=1)
        archive.writestr("个人信息副本.json", text)
    return package.getvalue()


def _part(entry: PersonalModel, rows: ScopedQuerySet, *, opens: Openers) -> Part:
    named = [(each, cast(Field, entry.model._meta.get_field(each.name))) for each in entry.fields]
    told = [(each, field) for each, field in named if field.editable or each.name in opens]
    path = rows.scope_path.removesuffix("code")
    places = rows.order_by("pk").values_list("pk", f"{path}code", f"{path}name")
    records = rows.in_bulk()
    return Part(
        entry=entry,
        heads=(*PLACE, *(each.label.removesuffix("(密文)") for each, _ in told)),
        rows=tuple(
            (code, name, *(_told(records[key], field, opens=opens) for _, field in told))
            for key, code, name in places
        ),
    )


def _told(record: Model, field: Field, *, opens: Openers) -> str:
    if field.name in opens:
        return opens[field.name](record)
    return _words(field, getattr(record, field.attname))


def _words(field: Field, value: object) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, list):
        return "、".join(_words(cast(ArrayField, field).base_field, each) for each in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _sheets(copy: Copy) -> list[Sheet]:
    about = Sheet(
        title="说明",
        columns=[Column(header=head, width=24) for head in ABOUT],
        rows=[
            (
                part.entry.label,
                str(len(part.rows)),
                part.entry.purpose,
                part.entry.basis,
                part.entry.seen_by,
                part.entry.kept,
            )
            for part in copy.parts
        ],
    )
    return [about, *(_sheet(part) for part in copy.parts if part.rows)]


def _sheet(part: Part) -> Sheet:
    columns = [Column(header=head, width=18) for head in part.heads]
    return Sheet(title=part.entry.label, columns=columns, rows=part.rows)


def _as_json(copy: Copy, made_at: datetime) -> dict[str, object]:
    return {
        "生成时间": made_at.isoformat(timespec="seconds"),
        "记录": [
            {
                "类型": part.entry.label,
                "用途": part.entry.purpose,
                "依据": part.entry.basis,
                "谁可查看": part.entry.seen_by,
                "保存期限": part.entry.kept,
                "内容": [dict(zip(part.heads, row, strict=True)) for row in part.rows],
            }
            for part in copy.parts
        ],
    }
