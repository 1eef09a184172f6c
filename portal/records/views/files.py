import re

from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.audit.enums import Channel
from portal.lib.filters import refuse_unknown
from portal.records.file_queries import FilePlace, file_page
from portal.records.file_sources import sources_of
from portal.records.files import file_response
from portal.records.forms import FileFilterForm
from portal.records.permissions import file_in, load_record, record_looks
from portal.records.types import RecordType

PAGE_SIZE = 50
AFTER = re.compile(r"([0-9]{1,18})\.([a-z-]{1,60})\.([0-9]{1,18})")


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    sources = sources_of(request.user)
    if not sources:
        raise Http404("没有这个页面，或您无权查看")
    form = FileFilterForm(request.GET, sources=sources)
    refuse_unknown(request, form)
    page = file_page(
        request.user,
        sources=form.chosen_sources(),
        wanted=form.wanted(),
        after=place_in(request),
        size=PAGE_SIZE,
    )
    context = {
        "form": form,
        "uses": [
            (use, use.source.page_of(use.record), use.source.download_of(use.record)) for use in page.uses
        ],
        "first_url": request.path if "after" in request.GET else "",
        "next_url": page_url(request, page.following),
    }
    return render(request, "records/files.html", context)


def place_in(request: HttpRequest) -> FilePlace | None:
    """Read behind which use of a file the page begins, as `page_url` wrote it: 17.policies-file.3."""
    if "after" not in request.GET:
        return None
    found = AFTER.fullmatch(request.GET["after"])
    if found is None:
        raise BadRequest("页码有误，请从第一页重新查看")
    return FilePlace(file=int(found[1]), source=found[2], record=int(found[3]))


def page_url(request: HttpRequest, place: FilePlace | None) -> str:
    if place is None:
        return ""
    query = request.GET.copy()
    query["after"] = f"{place.file}.{place.source}.{place.record}"
    return f"?{query.urlencode()}"


@require_safe
def file(request: HttpRequest, pk: int, field: str, record_type: RecordType) -> FileResponse:
    record = load_record(request, record_type, pk)
    stored = file_in(record, field, record_type=record_type)
    record_looks(request, record_type, [record], channel=Channel.EXPORT)
    return file_response(stored)
