from collections.abc import Iterable, Sequence
from datetime import date
from uuid import uuid4

from django.db import transaction

from associations.enums import Level
from associations.models import Association
from portal.accounts.models import User
from portal.jobs.actions import enqueue, wake_on_commit
from portal.jobs.models import BATCH, Job
from portal.lib.findings import Finding, RuleViolation, Severity
from portal.records.files import store_bytes

from .archive import MadeFile, stored
from .content import Content
from .models import Report, ReportFile, ReportFormat, ReportKind
from .queries import open_count, parts_below

REPORT_JOB = "report"
FIRST_DAY = date(1980, 1, 1)
MOST_PARTS = 2000
MOST_OPEN = 2000


@transaction.atomic
def request_report(
    *,
    kind: ReportKind,
    association: Association,
    on: date,
    formats: Sequence[ReportFormat],
    by: User,
    request_key: str = "",
) -> Report:
    """Ask for a report; a worker makes it. The same `request_key` of the same user gives the same report.

    Raises: RuleViolation for a day before there were associations, for no format, for a key that was used for
    another report, and where too many of the user's reports wait already.
    """
    _check(on=on, formats=formats)
    asked = {"kind": kind, "association": association, "on": on, "formats": ordered(formats)}
    job = enqueue(
        kind=REPORT_JOB,
        key=f"report:{by.pk}:{request_key or uuid4()}",
        arguments={"title": _title(kind.label, on=on)},
        association=association,
        by=by,
    )
    report, is_new = Report.objects.scoped().get_or_create(job=job, defaults=asked | {"requested_by": by})
    if is_new:
        _refuse_backlog(by)
    elif any(getattr(report, name) != value for name, value in asked.items()):
        raise _key_of_another()
    return report


@transaction.atomic
def request_reports(
    *,
    kinds: Sequence[ReportKind],
    association: Association,
    on: date,
    formats: Sequence[ReportFormat],
    by: User,
    request_key: str,
) -> list[Report]:
    """Ask for one report of each kind, or for none of them.

    Raises: RuleViolation as `request_report`.
    """
    return [
        request_report(
            kind=kind,
            association=association,
            on=on,
            formats=formats,
            by=by,
            request_key=f"{request_key}:{kind}",
        )
        for kind in kinds
    ]


@transaction.atomic
def request_batch(
    *,
    kinds: Sequence[ReportKind],
    association: Association,
    on: date,
    formats: Sequence[ReportFormat],
    by: User,
    level: Level | None = None,
    request_key: str = "",
) -> Job:
    """Ask for reports of all associations directly below, or of all of `level` below; return the batch.

    The same `request_key` of the same user gives the same batch.
    Raises: RuleViolation where nothing lies below, or too much for one batch, for a key that was used for
    another batch, and where too many of the user's reports wait already.
    """
    _check(on=on, formats=formats)
    parts = parts_below(association, level=level, on=on)
    if not parts or len(parts) * len(kinds) > MOST_PARTS:
        message = f"一次最多生成{MOST_PARTS}份，请缩小范围" if parts else "该协会在所选日期没有下级协会"
        raise refused(message, code="batch-size", field="reach")
    asked = {
        "kinds": sorted(kinds),
        "level": int(level) if level else None,
        "on": on.isoformat(),
        "formats": ordered(formats),
        "title": _title(f"批量生成{'、'.join(kind.label for kind in sorted(kinds))}", on=on),
    }
    key = f"batch:{by.pk}:{request_key or uuid4()}"
    batch = enqueue(kind=BATCH, key=key, arguments=asked, association=association, by=by)
    if (batch.association_id, batch.arguments) != (association.pk, asked):
        raise _key_of_another()
    if not batch.progress_total:
        _add_parts(batch, kinds=kinds, parts=parts, on=on, formats=formats, by=by)
        _refuse_backlog(by)
    return batch


def _add_parts(
    batch: Job,
    *,
    kinds: Iterable[ReportKind],
    parts: Sequence[Association],
    on: date,
    formats: Sequence[ReportFormat],
    by: User,
) -> None:
    # Put down backwards: lists show the newest first, and this one is then in the order of the codes.
    pairs = [(kind, part) for kind in kinds for part in parts][::-1]
    jobs = Job.objects.bulk_create(
        Job(
            kind=REPORT_JOB,
            key=f"{batch.key}:{kind}:{part.code}",
            arguments={"title": _title(kind.label, on=on)},
            association=part,
            created_by=by,
            parent=batch,
        )
        for kind, part in pairs
    )
    Report.objects.bulk_create(
        Report(kind=kind, association=part, on=on, formats=ordered(formats), job=job, requested_by=by)
        for (kind, part), job in zip(pairs, jobs, strict=True)
    )
    batch.progress_total = len(jobs)
    batch.save(update_fields=["progress_total"])
    wake_on_commit([job.pk for job in reversed(jobs)])


def _title(name: str, *, on: date) -> str:
    return f"{name}（截至{on}）"


def keep(*, report: Report, content: Content, files: Iterable[tuple[MadeFile, str]]) -> None:
    """Write down a report that was made, in the transaction that ends its job; files come with their hash."""
    report.content = stored(content)
    report.save(update_fields=["content"])
    ReportFile.objects.bulk_create(
        ReportFile(report=report, format=file.format, name=file.name, sha256=sha256, size=len(file.content))
        for file, sha256 in files
    )


def store(file: MadeFile) -> str:
    """Put the bytes of a file on disk before anything refers to them, and return their hash."""
    return store_bytes(file.content)


def ordered(formats: Iterable[str]) -> list[str]:
    """Return the formats in the order of the catalogue, each once."""
    wanted = set(formats)
    return [each.value for each in ReportFormat if each in wanted]


def refused(message: str, *, code: str, field: str) -> RuleViolation:
    return RuleViolation([Finding(code=code, severity=Severity.ERROR, message=message, source=field)])


def _key_of_another() -> RuleViolation:
    message = "相同的提交标识此前已用于内容不同的报告，请核对后重新提交"
    return refused(message, code="idempotency-key", field="")


def _refuse_backlog(by: User) -> None:
    # Counted with what was just added, under a lock: two requests at once do not both find room.
    User.objects.scoped().select_for_update(no_key=True).get(pk=by.pk)
    if open_count(by) > MOST_OPEN:
        message = f"您排队的报告将超过{MOST_OPEN}份，请等已提出的完成后再试"
        raise refused(message, code="backlog", field="")


def _check(*, on: date, formats: Sequence[ReportFormat]) -> None:
    if on < FIRST_DAY:
        raise refused("日期不能早于1980年1月1日", code="day-too-early", field="on")
    if not formats:
        raise refused("请至少选择一种格式", code="no-format", field="formats")
