from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from portal.accounts.second_factor import second_factor_required
from portal.lib.dates import now
from portal.lib.findings import RuleViolation
from portal.records import revealing
from portal.records.forms import RevealForm, show_findings
from portal.records.permissions import load_record
from portal.records.types import RecordType

from .records import head


@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: HttpRequest, pk: int, record_type: RecordType) -> HttpResponse:
    # Who may not see a record is not asked for a code either.
    record = load_record(request, record_type, pk, record_type.edit_permission)
    return revealed(request, record_type, record)


@second_factor_required
@sensitive_variables()
def revealed(request: HttpRequest, record_type: RecordType, record: Model) -> HttpResponse:
    """Show whole values in the answer to the form itself: they are in no address, session or message."""
    form = RevealForm(
        request.POST if request.method == "POST" else None, record=record, record_type=record_type
    )
    context = head(request, record_type, record, page="查看完整信息") | {"form": form}
    if form.is_valid():
        try:
            context["facts"] = revealing.reveal(
                record,
                names=form.cleaned_data["names"],
                reason=form.reason(),
                record_type=record_type,
                by=request.user,
                at=now(),
            )
        except RuleViolation as refused:
            show_findings(form, refused)
    response = render(request, "records/reveal.html", context)
    add_never_cache_headers(response)
    return response
