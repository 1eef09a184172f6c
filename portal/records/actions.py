"""Writes of any record: made, changed, restored, changed together."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import cast

import pghistory
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Field, ForeignKey, Model
from pghistory.models import Event

from portal.accounts.models import User
from portal.accounts.scope import ScopedQuerySet
from portal.lib.dates import BEIJING
from portal.lib.findings import RuleViolation

from .files import store_upload
from .saving import delete_record, lock_version, refusal, save_record, save_version, update_rows
from .subjects import ERASED, FROZEN, lock_of, locked_among
from .types import RecordType, reachable, rows_of

MOST_AT_ONCE = 20_000


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What a form writes beside the columns: files by field, and the rows that the record refers to."""

    uploads: Mapping[str, UploadedFile] = field(default_factory=dict)
    related: Mapping[str, Sequence[Model]] = field(default_factory=dict)


NOTHING = Extras()


@transaction.atomic
def create(record: Model, *, record_type: RecordType, by: User, extras: Extras = NOTHING) -> Model:
    """Save a new record of an association where the user may edit, and return it.

    Raises: RuleViolation, also for what is wrong with a file.
    """
    _require_edit(record, record_type=record_type, by=by)
    _store_uploads(record, extras, by=by)
    if record_type.make:
        record = record_type.make(record, by=by)
    else:
        save_record(record)
    _relate(record, extras)
    return record


@transaction.atomic
def change(record: Model, *, record_type: RecordType, seen: int, by: User, extras: Extras = NOTHING) -> None:
    """Save a record that the caller loaded where the user may edit; it may only move to such a place.

    Raises: RuleViolation, with the code `stale` when it was changed since version `seen`.
    """
    _require_edit(record, record_type=record_type, by=by)
    _store_uploads(record, extras, by=by)
    with _purpose_of(record, extras):
        if record_type.write:
            record_type.write(record, seen=seen, by=by)
        else:
            save_version(record, seen=seen)
        _relate(record, extras)


def end(record: Model, *, values: Mapping[str, object], record_type: RecordType, seen: int, by: User) -> None:
    """End a record that goes on.

    Raises: RuleViolation, with the code `stale` when it was changed since version `seen`.
    """
    ending = record_type.ending
    if ending is None:
        raise TypeError(f"{record_type.slug} does not end")
    _require_edit(record, record_type=record_type, by=by)
    if ending.write:
        ending.write(record, values=values, seen=seen, by=by)
        return
    for name, value in values.items():
        setattr(record, name, value)
    save_version(record, seen=seen)


@transaction.atomic
def delete(record: Model, *, record_type: RecordType, seen: int, by: User) -> None:
    """Delete a record on which nothing rests; its history stays.

    Raises: RuleViolation, with the code `stale` when it was changed since version `seen`.
    """
    if not record_type.deletes:
        raise TypeError(f"{record_type.slug} is not deleted")
    _require_edit(record, record_type=record_type, by=by)
    lock_version(record, seen=seen)
    delete_record(record)


def restore(record: Model, *, version: Event, record_type: RecordType, seen: int, by: User) -> None:
    """Take the fields of the form back to an older version; the rules of today hold for it.

    Raises: RuleViolation, with the code `stale` when the record was changed since version `seen`.
    """
    _require_reach(version, record_type=record_type, by=by)
    for name in (*record_type.form_fields, *record_type.derived):
        attname = cast(Field, record._meta.get_field(name)).attname
        setattr(record, attname, getattr(version, attname))
    day = version.pgh_created_at.astimezone(BEIJING)
    with pghistory.context(purpose=f"恢复 {day:%Y-%m-%d %H:%M} 的版本"):
        change(record, record_type=record_type, seen=seen, by=by)


@transaction.atomic
def change_many(
    rows: ScopedQuerySet, *, values: Mapping[str, object], expected: int, record_type: RecordType, by: User
) -> None:
    """Write the same values into all rows that the user may edit, or into none.

    Raises: RuleViolation when they are no longer the `expected` number of rows, too many at once, or about
    people whose data are frozen or erased.
    """
    chosen = editable(rows, record_type=record_type, by=by).select_related(None).only("pk").order_by("pk")
    keys = [row.pk for row in chosen.select_for_update(of=("self",))[: MOST_AT_ONCE + 1]]
    if len(keys) > MOST_AT_ONCE:
        raise refusal(f"一次最多修改 {MOST_AT_ONCE} 条，请缩小筛选范围", code="too_many")
    if len(keys) != expected:
        message = f"确认时为 {expected} 条，现在为 {len(keys)} 条，请重新核对"
        raise refusal(message, code="stale")
    mine = rows_of(record_type.model).scoped().filter(pk__in=keys)
    if locked := locked_among(record_type.model, keys):
        message = f"其中 {locked} 条的个人信息{FROZEN}或{ERASED}，不能修改，请去掉后再办理"
        raise refusal(message, code="locked")
    with pghistory.context(purpose=f"批量修改 {expected} 条"):
        update_rows(mine, values)


def editable(rows: ScopedQuerySet, *, record_type: RecordType, by: User) -> ScopedQuerySet:
    """Keep the rows that the user may edit."""
    return rows.visible_to(by, record_type.edit_permission)


def _require_edit(record: Model, *, record_type: RecordType, by: User) -> None:
    if not by.scope.covers(record_type.edit_permission, record_type.code_of(record)):
        raise refusal("您不能编辑该协会的档案", code="forbidden")
    if lock := lock_of(record):
        raise refusal(f"该记录的个人信息{lock}，不能修改", code="locked")


def _store_uploads(record: Model, extras: Extras, *, by: User) -> None:
    # The disk is slow: files come before the locks, and their rows go if the record is refused.
    for name, upload in extras.uploads.items():
        try:
            setattr(record, name, store_upload(upload, by=by))
        except RuleViolation as refused:
            raise RuleViolation([replace(each, source=name) for each in refused.findings]) from refused


def _relate(record: Model, extras: Extras) -> None:
    for name, rows in extras.related.items():
        getattr(record, name).set(rows)


def _purpose_of(record: Model, extras: Extras) -> AbstractContextManager[object]:
    """Say in the history how many rows a record no longer or newly refers to; it keeps columns only."""
    changes = []
    for name, rows in extras.related.items():
        before, after = set(getattr(record, name).all()), set(rows)
        if before != after:
            label = cast(Field, record._meta.get_field(name)).verbose_name
            changes.append(f"{label}：增加 {len(after - before)} 项，去掉 {len(before - after)} 项")
    return pghistory.context(purpose="；".join(changes)) if changes else nullcontext()


def _require_reach(version: Event, *, record_type: RecordType, by: User) -> None:
    for name in record_type.form_fields:
        field = cast(Field, record_type.model._meta.get_field(name))
        key = getattr(version, field.attname)
        if isinstance(field, ForeignKey) and key is not None:
            mine = reachable(field.related_model, user=by, permission=record_type.edit_permission)
            if not mine.filter(pk=key).exists():
                message = f"该版本的{field.verbose_name}不存在，或不在您的管理范围内"
                raise refusal(message, code="out_of_scope")
