from celery import shared_task
from django.core.exceptions import BadRequest
from django.http import QueryDict

from portal.jobs.attempts import Attempt
from portal.jobs.registry import job
from portal.lib.dates import now

from . import export_actions
from .exporting import write_export
from .importing import actions as importing_actions
from .importing import jobs as importing_jobs
from .lists import read_list
from .models import Export
from .registry import record_type_of
from .saving import refusal


@job(export_actions.EXPORT_JOB)
def export_list(attempt: Attempt) -> None:
    export = Export.objects.select_related("user").get(job=attempt.job.pk)
    export_actions.require_wanted(export)
    asker = attempt.job.asker
    record_type = record_type_of(export.slug)
    if record_type is None or not asker.scope.may(record_type.view_permission):
        raise refusal("您现在没有查看这个列表的权限，没有导出", code="forbidden")
    try:
        asked = read_list(QueryDict(export.query), record_type=record_type, user=asker)
    except BadRequest as error:
        raise refusal(f"列表已经改变，请重新导出：{error}", code="outdated") from error
    made = write_export(
        export, asked, record_type=record_type, by=asker, at=now(), report=attempt.report_progress
    )
    readers = (record_type.readers.get(column.name) for column in asked.columns)
    needed = {record_type.view_permission, *filter(None, readers)}
    held = {permission: asker.scope.prefixes_for(permission) for permission in needed}
    with attempt.finishing(rows=made.row_count):
        export_actions.keep(export=export, made=made, held=held)


@shared_task
def clear_exports() -> None:
    export_actions.clear_outdated(at=now())


@shared_task
def clear_imports() -> None:
    importing_actions.clear_outdated(at=now())


# Workers look for the jobs of a room here; those of imports stand in their own corner.
__all__ = ["clear_exports", "clear_imports", "export_list", "importing_jobs"]
