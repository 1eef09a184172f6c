"""Loaders of what an address names; missing and forbidden are the same 404."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from portal.jobs.models import Job
from portal.records.models import Export, OwnQuerySet
from portal.records.registry import registered
from portal.reports.models import Report, ReportFile


def load_report(request: HttpRequest, key: object) -> Report:
    """Return the report if the user may read it. Raises: Http404."""
    reports = Report.objects.visible_to(request.user).select_related("job", "association")
    return get_object_or_404(reports.prefetch_related("files"), pk=key)


def load_report_file(request: HttpRequest, key: UUID, name: str) -> ReportFile:
    """Return a file of the report if the user may read it. Raises: Http404."""
    return get_object_or_404(load_report(request, key).files, name=name)


def load_job(request: HttpRequest, key: UUID) -> Job:
    """Return the job if the user may see it. Raises: Http404."""
    return get_object_or_404(Job.objects.visible_to(request.user).select_related("association"), pk=key)


def own_exports(request: HttpRequest) -> OwnQuerySet:
    """Return the user's own exports of what they may see now; a token tells of none that goes beyond it."""
    slugs = [each.slug for each in registered() if request.user.scope.may(each.view_permission)]
    exports = Export.objects.of(request.user).filter(slug__in=slugs).select_related("job__association")
    return exports if request.user.token is None else exports.filter(job__token=request.user.token)


def load_export(request: HttpRequest, key: object) -> Export:
    """Return one of the user's own exports. Raises: Http404."""
    return get_object_or_404(own_exports(request), pk=key)
