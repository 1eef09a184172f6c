"""The lists of the trail as files; each is on record before it leaves."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.roles import Permission
from portal.accounts.second_factor import second_factor_required
from portal.audit.disclosures import record_disclosure
from portal.audit.enums import Channel, DisclosureChannel
from portal.lib.masks import mask_name
from portal.lib.page_parts import Crumb
from portal.lib.spreadsheet import Cell
from portal.records.lists import with_query
from portal.records.permissions import require

from . import asked, queries
from .exports import MOST, Table, sent
from .forms import DisclosureForm, LookForm, RangeForm, SignInForm, TrailForm, TrailReasonForm
from .looking import record_family_looks
from .statements import Wanted
from .words import (
    DISCLOSURE_HEADS,
    LOOK_HEADS,
    OTHER_KINDS,
    SIGN_IN_HEADS,
    TRAIL_HEADS,
    disclosure_cells,
    look_cells,
    sign_in_cells,
    trail_cells,
)


@require_http_methods(["GET", "HEAD", "POST"])
def trail_file(request: HttpRequest, suffix: str) -> HttpResponseBase:
    require(request, Permission.READ_AUDIT)
    form = TrailForm.of(request)
    wanted = asked.trail_wanted(form, request.user)
    if any(kind.is_sensitive for kind in wanted.kinds):
        return reasoned(request, form, wanted, suffix)
    return changes_sent(request, form, wanted, suffix, purpose="")


@second_factor_required
def reasoned(request: HttpRequest, form: TrailForm, wanted: Wanted, suffix: str) -> HttpResponseBase:
    """Ask what changes of sensitive records are needed for, as for a look at a masked value."""
    reason = TrailReasonForm(request.POST if request.method == "POST" else None)
    if reason.is_valid():
        return changes_sent(request, form, wanted, suffix, purpose=reason.reason())
    back_url = reverse("audit:trail") + with_query(request.GET)
    crumbs = [Crumb(name="操作记录", url=back_url), Crumb(name="导出")]
    return render(request, "trail/reason.html", {"form": reason, "back_url": back_url, "crumbs": crumbs})


def changes_sent(
    request: HttpRequest, form: TrailForm, wanted: Wanted, suffix: str, *, purpose: str
) -> HttpResponseBase:
    def rows() -> Iterator[list[Cell]]:
        for batch in queries.all_entries(wanted, scope=request.user.scope, most=MOST + 1):
            record_family_looks(request.user, batch, channel=Channel.EXPORT)
            yield from map(trail_cells, batch)

    return sent_as(request, "trail", form, TRAIL_HEADS, rows(), suffix=suffix, purpose=purpose)


@require_safe
def looks_file(request: HttpRequest, suffix: str) -> HttpResponseBase:
    require(request, Permission.READ_AUDIT)
    form = LookForm.of(request)
    found = asked.looks(form, request.user).order_by("-at", "-pk")[: MOST + 1]
    rows = map(look_cells, found.iterator(queries.READ_AT_ONCE))
    return sent_as(request, "looks", form, LOOK_HEADS, rows, suffix=suffix)


@require_safe
def disclosures_file(request: HttpRequest, suffix: str) -> HttpResponseBase:
    require(request, Permission.READ_AUDIT)
    form = DisclosureForm.of(request)
    found = asked.disclosures(form, request.user).order_by("-at", "-pk")[: MOST + 1]
    rows = map(disclosure_cells, found.iterator(queries.READ_AT_ONCE))
    return sent_as(request, "disclosures", form, DISCLOSURE_HEADS, rows, suffix=suffix)


@require_safe
def sign_ins_file(request: HttpRequest, suffix: str) -> HttpResponseBase:
    require(request, Permission.READ_AUDIT)
    form = SignInForm.of(request)
    rows = map(sign_in_cells, asked.sign_ins(form, request.user, edge=None, size=MOST + 1))
    return sent_as(request, "sign-ins", form, SIGN_IN_HEADS, rows, suffix=suffix)


def sent_as(
    request: HttpRequest,
    name: str,
    form: RangeForm,
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    suffix: str,
    purpose: str = "",
) -> HttpResponseBase:
    table = Table(name=name, title=OTHER_KINDS[name], heads=heads, rows=rows)
    return sent(table, suffix, record=recording(request, name, form, purpose=purpose))


def recording(request: HttpRequest, name: str, form: RangeForm, *, purpose: str) -> Callable[[int], None]:
    def record(count: int) -> None:
        record_disclosure(
            user=request.user,
            kind=name,
            channel=DisclosureChannel.TRAIL,
            row_count=count,
            query=query_words(form),
            codes=asked.range_of(form, request.user).prefixes,
            purpose=purpose,
        )

    return record


def query_words(form: RangeForm) -> str:
    """Say what a list was narrowed to; whose doing was asked for stands masked."""
    said = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    return "&".join(f"{name}={mask_name(value) if name == 'who' else value}" for name, value in said.items())
