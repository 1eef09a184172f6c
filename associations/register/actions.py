"""Writing the register, one association at a time; `succession_actions` moves whole subtrees."""

from datetime import date

from django.db import transaction

from associations.enums import Kind, Level
from associations.models import Association
from associations.permissions import require
from associations.register.naming import name_key
from associations.register.rules import day_findings
from associations.register.tree import lock_tree
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.findings import RuleViolation
from portal.records.saving import refusal, save_record, save_version

LAST_SERIAL = 9999
# What an office may correct about itself; all else of the register rests on a document or a day.
PLAIN_FACTS = (
    "address",
    "phone",
    "legal_representative",
    "host_body",
    "party_organisation",
    "home_place",
    "host_place",
)


@transaction.atomic
def correct(association: Association, *, seen: int, by: User) -> None:
    """Save the plain facts of an association as the caller changed them.

    Its code and parent stay as they are by now: a recode moves them without a look at the version.
    Raises: RuleViolation, with the code `stale` when it was changed since version `seen`.
    """
    row = _locked(association, by=by)
    for name in PLAIN_FACTS:
        setattr(row, name, getattr(association, name))
    save_version(row, seen=seen)


@transaction.atomic
def establish(*, association: Association, on: date, seen: int, by: User, today: date) -> Association:
    """Record the day on which a due association was set up, or set up again after it was dissolved.

    Raises: RuleViolation when it exists already or the day cannot be; `stale` when it was changed meanwhile.
    """
    row = _locked(association, by=by)
    _refuse_day(on, today=today)
    if row.established_on is not None and row.dissolved_on is None:
        raise refusal("该协会已经成立，不能重复成立", code="established")
    if row.dissolved_on is not None and on <= row.dissolved_on:
        raise refusal("重新成立的日期须晚于撤销日期", code="order", field="on")
    if (row.due_from and on < row.due_from) or (row.due_until and on > row.due_until):
        raise refusal("成立日期不在该协会应建期间之内", code="not-due", field="on")
    row.established_on, row.dissolved_on = on, None
    save_version(row, seen=seen)
    return row


@transaction.atomic
def dissolve(*, association: Association, on: date, seen: int, by: User, today: date) -> Association:
    """Record the last day of an established association; the division goes on being due.

    Raises: RuleViolation when there is nothing to dissolve or the day cannot be; `stale` as `establish`.
    """
    row = _locked(association, by=by)
    _refuse_day(on, today=today)
    if row.established_on is None or row.dissolved_on is not None:
        raise refusal("该协会尚未成立或已经撤销", code="not-established")
    if on < row.established_on:
        raise refusal("撤销日期不能早于成立日期", code="order", field="on")
    row.dissolved_on = on
    save_version(row, seen=seen)
    return row


@transaction.atomic
def found_unit(
    *,
    host: Association,
    kind: Kind,
    name: str,
    short_name: str,
    on: date,
    by: User,
    today: date,
    home_place: str = "",
    host_place: str = "",
) -> Association:
    """Found an association outside the divisions under the next free serial of its host's code.

    Raises: RuleViolation, also where the host has one of that kind and name: a form was sent twice.
    """
    lock_tree()
    host = _locked(host, by=by)
    _refuse_day(on, today=today)
    if host.level == Level.UNIT:
        raise refusal("单位协会之下不能再建单位协会", code="host")
    if kind == Kind.DIVISION:
        raise refusal("请选择单位协会的类别", code="kind", field="kind")
    if kind == Kind.AWAY and not (home_place and host_place):
        raise refusal("驻外流动人口计生协须填流出地和驻地", code="away", field="host_place")
    _refuse_twin(host, kind=kind, name=name)
    unit = Association(
        code=f"{host.code}-{_next_serial(host):04d}",
        level=Level.UNIT,
        kind=kind,
        name=name,
        short_name=short_name,
        name_key=name_key(short_name, Level.UNIT),
        parent=host,
        established_on=on,
        home_place=home_place,
        host_place=host_place,
    )
    save_record(unit)
    return unit


def _refuse_twin(host: Association, *, kind: Kind, name: str) -> None:
    # The tree is locked: of two requests at once the second finds what the first one founded.
    twin = host.children.filter(kind=kind, name=name, dissolved_on__isnull=True).first()
    if twin is not None:
        raise refusal(f"“{name}”已经建立，代码 {twin.code}", code="twin", field="name")


def _next_serial(host: Association) -> int:
    # Serials are never used twice: a dissolved unit keeps its row, a recoded one its number.
    units = Association.objects.scoped().at_level(Level.UNIT).filter(code__startswith=f"{host.code}-")
    last = units.order_by("-code").values_list("code", flat=True).first()
    serial = int(last.rpartition("-")[2]) + 1 if last else 1
    if serial > LAST_SERIAL:
        raise refusal("该协会之下的单位协会编号已用完", code="serial")
    return serial


def _locked(association: Association, *, by: User) -> Association:
    row = Association.objects.scoped().select_for_update().get(pk=association.pk)
    require(Permission.EDIT_RECORDS, by, row.code)
    return row


def _refuse_day(on: date, *, today: date) -> None:
    findings = day_findings(on, today=today)
    if findings:
        raise RuleViolation(findings)
