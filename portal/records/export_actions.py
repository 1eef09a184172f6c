"""Writes of exports: asked for, made, cleared away."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.http import QueryDict

from portal.accounts.models import User
from portal.jobs.actions import enqueue
from portal.jobs.models import ENDED, Job

from .export_files import path_of, remove_leftovers
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


def keep(*, export: Export, made: MadeFile, prefixes: Iterable[str]) -> None:
    """Write down a file that was made, in the transaction that ends its job."""
    export.format = made.format
    export.row_count, export.size, export.sha256 = made.row_count, made.size, made.sha256
    export.prefixes = list(prefixes)
    export.save(update_fields=["format", "row_count", "size", "sha256", "prefixes"])


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
