"""What a file may be told of masked values: on record first, once a file, so many rows a day."""

from datetime import datetime, time

from django.conf import settings
from django.db.models import Sum

from portal.accounts.models import User
from portal.audit.enums import Channel
from portal.audit.looks import record_question
from portal.lib.findings import RuleViolation
from portal.records.revealing import require_room
from portal.records.saving import refusal

from .checking import Tally, Verdict
from .lines import Fault
from .models import ImportBatch
from .registry import type_of


def answered(batch: ImportBatch, verdict: Verdict, *, at: datetime) -> Verdict:
    """Put on record that a file was compared with masked values, and return what may be told of it.

    Called in the transaction that keeps the verdict. A file counts by its first check: another check of it,
    and the write, compare the same rows again.
    Shape: `matched_count` and `matched_at` of the batch are set, which the caller saves.
    Raises: LookNotRecorded.
    """
    if not verdict.tally.masked or batch.matched_at is not None:
        return verdict
    try:
        require_room(by=batch.created_by, at=at)
        _require_rows(verdict.tally.masked, by=batch.created_by, at=at)
    except RuleViolation as refused:
        return Verdict(faults=[Fault(row=0, header="", message=str(refused))])
    batch.matched_count, batch.matched_at = verdict.tally.masked, at
    record_question(
        user=batch.created_by,
        model=type_of(batch.type).models[0],
        code=batch.association.code,
        channel=Channel.MATCH,
        purpose=_purpose(batch, verdict.tally),
    )
    return verdict


def _require_rows(rows: int, *, by: User, at: datetime) -> None:
    midnight = datetime.combine(at.date(), time.min, at.tzinfo)
    today = ImportBatch.objects.scoped().filter(created_by=by, matched_at__gte=midnight)
    before = today.aggregate(rows=Sum("matched_count"))["rows"] or 0
    most = settings.IMPORT_MATCHES_PER_DAY
    if before + rows > most:
        message = (
            f"含身份证号、电话或住址的行，每人每天最多导入 {most} 行；今天已核对 {before} 行，"
            f"这个文件有 {rows} 行，请分开导入或明天再检查"
        )
        raise refusal(message, code="too_many")


def _purpose(batch: ImportBatch, tally: Tally) -> str:
    counts = f"新增{tally.created}行、修改{tally.changed}行、不变{tally.same}行、错误{tally.wrong}行"
    return f"导入{batch.label}（{batch.pk}）：核对{tally.masked}行，{counts}"
