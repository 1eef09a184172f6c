"""Write a judged file: every row or none, and on record what each of them was before."""

import json
from collections.abc import Sequence

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection
from django.db.models import Model

from portal.lib.tables.reading import Table
from portal.records.saving import broken_constraint, refusal

from . import bulk_sql
from .checking import Tally
from .lines import Draft, Line
from .models import ImportBatch
from .plans import Context, planned
from .types import ImportType

# What the locks of imports are called in the database.
IMPORTS = 7_110_529


def write_table(table: Table, import_type: ImportType, context: Context, *, batch: ImportBatch) -> None:
    """Judge the rows again, under locks, and write them; called inside the transaction that ends the job.

    Raises: RuleViolation when they no longer come to what was confirmed, or a constraint does not hold.
    """
    wait_for_turn(batch.association.code)
    tally = Tally()
    for lines in planned(table, import_type, context):
        tally = tally.with_lines(lines, import_type)
        _refuse_faults(lines)
        try:
            _write(lines, import_type, batch)
        except IntegrityError as error:
            raise broken_constraint(error, import_type.models) from error
    confirmed = (batch.created_count, batch.changed_count, batch.same_count)
    if (tally.created, tally.changed, tally.same) != confirmed:
        message = (
            f"检查之后档案有变化：确认时新增{batch.created_count}行、修改{batch.changed_count}行，"
            f"现在新增{tally.created}行、修改{tally.changed}行；没有导入，请重新检查"
        )
        raise refusal(message, code="stale")


def wait_for_turn(code: str) -> None:
    """Let the imports of a province be written one after another, until the transaction ends.

    Two copies of one file would otherwise both find that its people are new (docs/adr/0021).
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5min'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORTS, int(code[:2])])


def _refuse_faults(lines: Sequence[Line]) -> None:
    for line in lines:
        for fault in line.faults:
            message = (
                f"检查之后档案有变化：第{fault.row}行{fault.header}{fault.message}；没有导入，请重新检查"
            )
            raise refusal(message, code="stale")


def _write(lines: Sequence[Line], import_type: ImportType, batch: ImportBatch) -> None:
    drafts = [(line.row.number, draft) for line in lines for draft in line.drafts]
    for model in import_type.models:
        own = [(number, draft) for number, draft in drafts if type(draft.record) is model]
        if new := [draft.record for _, draft in own if draft.before is None]:
            bulk_sql.insert(new)
        if changed := [draft for _, draft in own if draft.before is not None]:
            bulk_sql.update(changed)
        _keep(model, own, batch)


KEEP = """
    INSERT INTO records_importedrow (batch_id, line, model, key, version, before)
    SELECT %s, given.line, %s, given.key, given.version, given.before
    FROM unnest(%s::integer[], %s::bigint[], %s::integer[], %s::jsonb[]) AS given (line, key, version, before)
"""


def _keep(model: type[Model], drafts: Sequence[tuple[int, Draft]], batch: ImportBatch) -> None:
    # One statement of four lists: instances of our own would take as long to make as the records themselves.
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP,
            [
                batch.pk,
                model._meta.label_lower,
                [number for number, _ in drafts],
                [draft.record.pk for _, draft in drafts],
                [draft.record.version for _, draft in drafts],
                [draft.before and json.dumps(draft.before, cls=DjangoJSONEncoder) for _, draft in drafts],
            ],
        )
