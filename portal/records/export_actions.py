"""Writes of exports: asked for, made, cleared away."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.http import QueryDict

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.jobs.actions import enqueue
from portal.jobs.models import ENDED, Job

from .export_files import folder, name_of, path_of, remove_leftovers
from .exporting import MadeFile
from .lists import readable
from .models import KEPT_FOR, Export, ExportFormat
from .saving import refusal
from .types import RecordType, rows_of

EXPORT_JOB = "export"
MOST_OPEN = 10


@transaction.atomic
def request_export(
    *, record_type: RecordType, query: QueryDict, format: ExportFormat, by: User, request_key: UUID
) -> Export:
    """Ask for a list as a file; a worker writes it. The same `request_key` gives the same export.

    Raises: RuleViolation for who may not see the list, and where too many of the user's exports wait already.
    """
    place = _highest_place(record_type, by)
    if place is None:
        raise refusal(f"您没有可以导出的{record_type.label}", code="forbidden")
    # One after the other: two requests at once do not both find room.
    User.objects.scoped().select_for_update(no_key=True).get(pk=by.pk)
    job = enqueue(
        kind=EXPORT_JOB,
        key=f"export:{by.pk}:{request_key}",
        arguments={"title": f"导出{record_type.label}"},
        association=place,
        by=by,
    )
    export, is_new = Export.objects.get_or_create(
        job=job,
        defaults={
            "user": by,
            "slug": record_type.slug,
            "query": readable(query, record_type).urlencode(),
            "format": format,
        },
    )
    if is_new and Export.objects.of(by).exclude(job__state__in=ENDED).count() > MOST_OPEN:
        raise refusal(f"您有 {MOST_OPEN} 项导出正在排队，请等完成后再试", code="backlog")
    return export


def _highest_place(record_type: RecordType, by: User) -> Model | None:
    """Return the association under whose name the job runs; the rooms of the register lie above this one."""
    places = rows_of(Job._meta.get_field("association").related_model)
    mine = places.visible_to(by, record_type.view_permission)
    return cast(Model | None, mine.order_by("code").first())


def keep(*, export: Export, made: MadeFile, held: Mapping[Permission, Sequence[str]]) -> None:
    """Write down a file that was made and with what, in the transaction that ends its job.

    Raises: RuleViolation where an erasure has taken the export out meanwhile; its file goes, too.
    """
    locked = Export.objects.select_for_update(no_key=True).get(pk=export.pk)
    if locked.removed_at:
        (folder() / name_of(export, made.sha256)).unlink(missing_ok=True)
    require_wanted(locked)
    locked.format = made.format
    locked.row_count, locked.size, locked.sha256 = made.row_count, made.size, made.sha256
    locked.held = {str(permission): list(codes) for permission, codes in held.items()}
    locked.save(update_fields=["format", "row_count", "size", "sha256", "held"])


def require_wanted(export: Export) -> None:
    """Let no work go on for an export that an erasure has taken out.

    Raises: RuleViolation.
    """
    if export.removed_at:
        raise refusal("其间有个人信息被删除，这次导出已作废，请重新导出", code="erased")


def clear_outdated(*, at: datetime) -> int:
    """Delete the files that have been kept for seven days, and return how many."""
    cleared = 0
    for export in Export.objects.outdated(at=at).order_by("pk"):
        # The file first: a row that says so without it would be asked for in vain, the other way round never.
        path_of(export).unlink(missing_ok=True)
        Export.objects.filter(pk=export.pk).update(removed_at=at)
        cleared += 1
    remove_leftovers(before=at - KEPT_FOR)
    return cleared
