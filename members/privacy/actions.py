"""Writes that people ask for about their own data; each leaves a request on record, without the data."""

from datetime import date, datetime

import pghistory
from django.db import transaction
from django.db.models import F, Model
from django.views.decorators.debug import sensitive_variables

from members.enums import RequestKind
from members.identity import id_number_of
from members.models import (
    Appointment,
    Family,
    MemberGroup,
    Membership,
    MergedPerson,
    Person,
    PersonalDataRequest,
    Volunteer,
)
from portal.accounts.models import User
from portal.audit.disclosures import record_disclosure
from portal.audit.enums import Channel, DisclosureChannel
from portal.audit.looks import record_looks
from portal.lib.findings import Finding, RuleViolation, Severity
from portal.records import actions as record_actions
from portal.records.erasure import erase as erase_subject
from portal.records.revealing import require_room
from portal.records.saving import lock_version, refusal, save_record
from portal.records.subjects import (
    ERASED,
    FROZEN,
    NAMES_NOBODY,
    is_beyond_reach,
    is_frozen,
    lock_of,
    names_somebody,
)
from portal.records.types import RecordType, rows_of

from .copies import Copy, copy_of
from .requests import Asked


@transaction.atomic
def give_copy(subject: Model, *, asked: Asked, record_type: RecordType, by: User, at: datetime) -> Copy:
    """Put on record that somebody is given all that is kept about them, then return it.

    Raises: RuleViolation, also past the day's number of looks at whole values; NotRecorded.
    """
    _begin(subject, asked=asked, record_type=record_type, by=by)
    require_room(by=by, at=at)
    record_looks(
        user=by,
        records=[subject],
        code_of=record_type.code_of,
        channel=Channel.COPY,
        purpose=asked.reason,
    )
    _put_down(subject, kind=RequestKind.COPY, asked=asked, record_type=record_type, by=by)
    copy = copy_of(subject, record_type=record_type, by=by)
    record_disclosure(
        user=by,
        kind=record_type.slug,
        channel=DisclosureChannel.COPY,
        row_count=sum(len(part.rows) for part in copy.parts),
        query=f"id={subject.pk}",
        codes=[record_type.code_of(subject)],
        purpose=asked.reason,
    )
    return copy


@transaction.atomic
def correct(record: Model, *, asked: Asked, record_type: RecordType, by: User) -> None:
    """Save a record that its form has changed, with the reason in its history.

    Raises: RuleViolation, with the code `stale` when it was changed since the version that was seen.
    """
    _refuse_names(record, asked)
    with pghistory.context(purpose=f"应请求更正：{asked.reason}"):
        record_actions.change(record, record_type=record_type, seen=asked.seen, by=by)
    _put_down(record, kind=RequestKind.CORRECTION, asked=asked, record_type=record_type, by=by)


@transaction.atomic
def freeze(subject: Model, *, asked: Asked, record_type: RecordType, by: User, on: date) -> None:
    """Stop every use of somebody's data but keeping them.

    Raises: RuleViolation.
    """
    _begin(subject, asked=asked, record_type=record_type, by=by)
    if is_frozen(subject):
        raise refusal(f"该记录的个人信息{FROZEN}", code="locked")
    _set_frozen(subject, on, purpose=f"冻结：{asked.reason}")
    _put_down(subject, kind=RequestKind.RESTRICTION, asked=asked, record_type=record_type, by=by)


@transaction.atomic
def release(subject: Model, *, asked: Asked, record_type: RecordType, by: User) -> None:
    """Let somebody's data be used again.

    Raises: RuleViolation.
    """
    _begin(subject, asked=asked, record_type=record_type, by=by)
    if not is_frozen(subject):
        raise refusal("该记录的个人信息没有冻结", code="not_frozen")
    _set_frozen(subject, None, purpose=f"解除冻结：{asked.reason}")
    _put_down(subject, kind=RequestKind.RELEASE, asked=asked, record_type=record_type, by=by)


@transaction.atomic
@sensitive_variables()
def erase(subject: Model, *, asked: Asked, record_type: RecordType, by: User, on: date) -> None:
    """Delete somebody's data; rows that counts rest on stay without them.

    Raises: RuleViolation while they serve, are a member, a volunteer or in care, or where records about them
    lie beyond the user's reach.
    """
    _begin(subject, asked=asked, record_type=record_type, by=by)
    findings = _reasons_to_keep(subject, by=by, on=on)
    if findings:
        raise RuleViolation(findings)
    _put_down(subject, kind=RequestKind.ERASURE, asked=asked, record_type=record_type, by=by)
    sealed: frozenset[str] = frozenset()
    marks: dict[str, object] = {}
    earlier: frozenset[int] = frozenset()
    if isinstance(subject, Person):
        sealed = frozenset({id_number_of(subject)} - {""})
        marks = {"erased_on": on}
        absorbed = MergedPerson.objects.scoped().filter(kept=subject)
        earlier = frozenset(absorbed.values_list("old_key", flat=True))
        led = MemberGroup.objects.scoped().filter(leader=subject)
        led.update(leader=None, version=F("version") + 1)
    with pghistory.context(purpose=f"应请求删除：{asked.reason}"):
        erase_subject(subject, marks=marks, sealed=sealed, earlier=earlier, by=by, reason=asked.reason)


def _begin(subject: Model, *, asked: Asked, record_type: RecordType, by: User) -> None:
    if not by.scope.covers(record_type.edit_permission, record_type.code_of(subject)):
        raise refusal("您不能办理该协会的个人信息请求", code="forbidden")
    lock_version(subject, seen=asked.seen)
    if lock_of(subject) == ERASED:
        raise refusal(f"该记录的个人信息{ERASED}", code="locked")
    _refuse_names(subject, asked)


def _refuse_names(subject: Model, asked: Asked) -> None:
    if names_somebody(asked.reason, subject):
        raise refusal(NAMES_NOBODY, code="names", field="reason")


def _put_down(
    subject: Model, *, kind: RequestKind, asked: Asked, record_type: RecordType, by: User
) -> PersonalDataRequest:
    # Asked again: a correction may have brought in the very name that the reason spells.
    _refuse_names(subject, asked)
    request = PersonalDataRequest(
        association_id=_association_of(subject, record_type),
        kind=kind,
        model=subject._meta.label_lower,
        key=subject.pk,
        received_on=asked.received_on,
        identity_check=asked.identity_check,
        reason=asked.reason,
        by=by,
    )
    save_record(request)
    return request


def _association_of(subject: Model, record_type: RecordType) -> int:
    path = record_type.records().scope_path.removesuffix("__code")
    key: int = rows_of(record_type.model).scoped().values_list(path, flat=True).get(pk=subject.pk)
    return key


def _set_frozen(subject: Model, on: date | None, *, purpose: str) -> None:
    with pghistory.context(purpose=purpose):
        rows_of(type(subject)).scoped().filter(pk=subject.pk).update(frozen_on=on, version=F("version") + 1)


def _reasons_to_keep(subject: Model, *, by: User, on: date) -> list[Finding]:
    if is_beyond_reach(subject, by=by):
        # And not what lies there: whoever asks may not see it.
        return [_kept("在您管理范围以外的协会还有记录，请由共同的上级协会办理")]
    if isinstance(subject, Family):
        return [_kept("仍在帮扶中，请先办理退出帮扶")] if subject.ends_on is None else []
    if not isinstance(subject, Person):
        return []
    seats = Appointment.objects.scoped().filter(person=subject)
    rolls = Membership.objects.scoped().filter(person=subject)
    volunteering = Volunteer.objects.scoped().filter(person=subject)
    open_rows = {
        "仍在理事会任职，请先登记卸任": seats.in_office(on=on),
        "仍是会员，请先办理退会": rolls.on_roll(on=on) | rolls.open(),
        "仍是志愿者，请先办理退出": volunteering.filter(ends_on__isnull=True),
    }
    return [_kept(message) for message, rows in open_rows.items() if rows.exists()]


def _kept(message: str) -> Finding:
    return Finding(code="kept", severity=Severity.ERROR, message=message)
