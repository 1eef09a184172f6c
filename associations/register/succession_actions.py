"""Changes of codes and names, and mergers: each keeps the rows and writes down what became of them."""

from datetime import date, timedelta

from django.db import connection, transaction

from associations.enums import Kind, Level, SuccessionKind
from associations.models import Association, Succession
from associations.permissions import require, require_from_above
from associations.register.naming import name_key
from associations.register.rules import day_findings
from associations.register.succession_queries import merge_problems, nearest, recode_problems
from associations.register.tree import lock_tree, relink
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.findings import Finding, RuleViolation, Severity
from portal.records.saving import refusal, save_record, save_version

RECORD_RECODE = """
    INSERT INTO associations_succession
           (association_id, kind, "on", old_code, new_code, old_name, new_name, document_number)
    SELECT id, 'recode', %(on)s, code, %(new)s || substr(code, %(from)s), name, name, %(document)s
      FROM associations_association WHERE code LIKE %(old)s || '%%'
"""
MOVE_CODES = """
    UPDATE associations_association SET code = %(new)s || substr(code, %(from)s), version = version + 1
     WHERE code LIKE %(old)s || '%%'
"""


@transaction.atomic
def recode(
    *, association: Association, new_code: str, on: date, document_number: str, by: User, today: date
) -> int:
    """Give an association and all below it codes under a new prefix; each row keeps its records.

    Units: the number of rows that changed.
    Raises: RuleViolation.
    """
    lock_tree()
    rows = Association.objects.under(association.code).order_by("code").select_for_update()
    root = next((row for row in rows if row.pk == association.pk), None)
    if root is None:
        raise refusal("该协会的代码刚被他人变更，请重新打开后再办理", code="stale")
    require_from_above(by, root.code)
    _require_reach(by, new_code, field="new_code")
    _require_source(document_number, on=on, today=today)
    _refuse(recode_problems(root, new_code=new_code, on=on), field="new_code")
    values: dict[str, str | int | date] = {
        "old": root.code,
        "new": new_code,
        "from": len(root.code) + 1,
        "on": on,
        "document": document_number,
    }
    with connection.cursor() as cursor:
        cursor.execute(RECORD_RECODE, values)
        cursor.execute(MOVE_CODES, values)
        changed = int(cursor.rowcount)
    relink(under=new_code)
    association.refresh_from_db()
    return changed


@transaction.atomic
def rename(
    *,
    association: Association,
    name: str,
    short_name: str,
    on: date,
    document_number: str,
    seen: int,
    by: User,
    today: date,
) -> Succession:
    """Give an association another name from a day on.

    Raises: RuleViolation; `stale` when it was changed since it was shown.
    """
    row = _locked(association, by=by)
    _require_source(document_number, on=on, today=today)
    if name == row.name and short_name == row.short_name:
        raise refusal("新名称与现名称相同", code="same", field="name")
    change = _change(row, SuccessionKind.RENAME, on=on, document_number=document_number)
    change.new_name = name
    row.name, row.short_name = name, short_name
    row.name_key = name_key(short_name, Level(row.level))
    save_version(row, seen=seen)
    save_record(change)
    return change


@transaction.atomic
def merge(
    *, source: Association, into: Association, on: date, document_number: str, by: User, today: date
) -> Succession:
    """Let one association go into another of its level: from the day on it is neither due nor established.

    Raises: RuleViolation, also while anything below it still lives under its code.
    """
    lock_tree()
    locked = Association.objects.scoped().filter(pk__in=[source.pk, into.pk]).order_by("pk")
    rows = {row.pk: row for row in locked.select_for_update()}
    source, into = rows[source.pk], rows[into.pk]
    require_from_above(by, source.code)
    require(Permission.EDIT_RECORDS, by, into.code, field="into")
    _require_source(document_number, on=on, today=today)
    _refuse(merge_problems(source, into=into, on=on), field="into")
    last_day = on - timedelta(days=1)
    source.due_until = last_day
    if source.established_on is not None and source.dissolved_on is None:
        source.dissolved_on = last_day
    save_version(source, seen=source.version)
    change = _change(source, SuccessionKind.MERGE, on=on, document_number=document_number)
    change.new_code, change.new_name, change.other = into.code, into.name, into
    save_record(change)
    return change


@transaction.atomic
def split(
    *,
    origin: Association,
    code: str,
    name: str,
    short_name: str,
    on: date,
    document_number: str,
    by: User,
    today: date,
) -> Association:
    """Add the association of a division that was cut out of another one of its level, due from the day on.

    What moves along is recoded under it afterwards.
    Raises: RuleViolation.
    """
    lock_tree()
    origin = _locked(origin, by=by)
    _require_reach(by, code, field="code")
    _require_source(document_number, on=on, today=today)
    if origin.kind != Kind.DIVISION:
        raise refusal("只有行政区划的协会可以析出", code="kind")
    if len(code) != len(origin.code) or not (code.isascii() and code.isdigit()):
        raise refusal(f"新代码须为 {len(origin.code)} 位数字", code="width", field="code")
    parent = nearest(code)
    if parent is None and origin.parent_id is not None:
        raise refusal(f"名录中没有 {code} 的上级", code="parent", field="code")
    made = Association(
        code=code,
        level=origin.level,
        kind=Kind.DIVISION,
        name=name,
        short_name=short_name,
        name_key=name_key(short_name, Level(origin.level)),
        parent=parent,
        due_from=on,
    )
    save_record(made)
    relink(under=code)
    change = _change(made, SuccessionKind.SPLIT, on=on, document_number=document_number)
    change.old_code, change.old_name, change.other = origin.code, origin.name, origin
    save_record(change)
    return made


def _change(row: Association, kind: SuccessionKind, *, on: date, document_number: str) -> Succession:
    return Succession(
        association=row,
        kind=kind,
        on=on,
        old_code=row.code,
        new_code=row.code,
        old_name=row.name,
        new_name=row.name,
        document_number=document_number,
    )


def _require_reach(by: User, code: str, *, field: str) -> None:
    # Before anything is said about the code: whether it is in use elsewhere is not theirs to know.
    if not by.scope.is_above(Permission.EDIT_RECORDS, code):
        raise refusal("该代码不在您的管理范围内", code="outside", field=field)


def _require_source(document_number: str, *, on: date, today: date) -> None:
    if not document_number.strip():
        raise refusal("须填依据文号", code="document", field="document_number")
    findings = day_findings(on, today=today)
    if findings:
        raise RuleViolation(findings)


def _refuse(problems: list[str], *, field: str) -> None:
    if problems:
        raise RuleViolation(
            Finding(code="succession", severity=Severity.ERROR, message=problem, source=field)
            for problem in problems
        )


def _locked(association: Association, *, by: User) -> Association:
    row = Association.objects.scoped().select_for_update().get(pk=association.pk)
    require_from_above(by, row.code)
    return row
