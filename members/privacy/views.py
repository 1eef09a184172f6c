from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from members.enums import RequestKind
from members.models import PersonalDataRequest
from members.models.request import READERS
from members.privacy import actions
from members.privacy.copies import Copy, packed
from members.privacy.forms import AskedForm, RequestFilters
from members.privacy.requests import Offer, offers_for
from portal.accounts.roles import Permission
from portal.accounts.second_factor import second_factor_required
from portal.audit.enums import Channel
from portal.lib.dates import now, today
from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Crumb
from portal.records.forms import show_findings
from portal.records.lists import kept, with_query
from portal.records.permissions import find_record, record_looks
from portal.records.personal_data import models_free_of_personal_data, registry
from portal.records.queries import Order, count_of_list, edge_in, page_of
from portal.records.subjects import ERASED, is_frozen, lock_of
from portal.records.types import RecordType

CATALOGUE_READERS = (Permission.MANAGE_USERS, Permission.READ_AUDIT)
PAGE_SIZE = 50
NEWEST_FIRST = Order(path="done_at", is_descending=True)


def require_any(request: HttpRequest, permissions: tuple[Permission, ...]) -> None:
    """Let nobody on who holds none of the permissions.

    Raises: Http404.
    """
    if not any(request.user.scope.may(permission) for permission in permissions):
        raise Http404("没有这个页面，或您无权查看")


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    require_any(request, CATALOGUE_READERS)
    free = sorted(models_free_of_personal_data().values())
    return render(request, "privacy/catalogue.html", {"entries": registry().values(), "free": free})


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    require_any(request, READERS)
    mine = PersonalDataRequest.objects.visible_to(request.user)
    filters = RequestFilters(request.GET, queryset=mine, request=request)
    rows = filters.narrowed().select_related("association", "by")
    edge = edge_in(request.GET, model=PersonalDataRequest, order=NEWEST_FIRST)
    page = page_of(rows, order=NEWEST_FIRST, edge=edge, size=PAGE_SIZE)
    context = {
        "form": filters.form,
        "kept": kept(request.GET),
        "reset_url": request.path,
        "requests": page.records,
        "count": count_of_list(rows, page),
        "previous_url": with_query(request.GET, before=page.before) if page.before else "",
        "next_url": with_query(request.GET, after=page.after) if page.after else "",
    }
    return render(request, "privacy/requests.html", context)


def load_subject(request: HttpRequest, record_type: RecordType, pk: int) -> Model:
    """Return whom a request is about, also where their data are frozen, and put the look on record.

    Raises: Http404; PermissionDenied once their data are erased.
    """
    subject = find_record(request, record_type, pk, record_type.edit_permission)
    if lock_of(subject) == ERASED:
        raise PermissionDenied("该记录的个人信息已应请求删除")
    record_looks(request, record_type, [subject], channel=Channel.PAGE)
    return subject


@require_safe
def rights(request: HttpRequest, pk: int, record_type: RecordType) -> HttpResponse:
    subject = load_subject(request, record_type, pk)
    offers = [
        (offer, reverse(f"privacy:{record_type.slug}_{offer.kind}", args=[pk]))
        for offer in offers_for(record_type)
        if offer.when(is_frozen(subject))
    ]
    context = {"subject": subject, "offers": offers, "crumbs": crumbs_to(record_type, subject)}
    return render(request, "privacy/rights.html", context)


def crumbs_to(record_type: RecordType, subject: Model, page: str = "") -> list[Crumb]:
    own = Crumb(name="个人信息请求", url=reverse(f"privacy:{record_type.slug}_rights", args=[subject.pk]))
    return [
        Crumb(name=record_type.label, url=record_type.url("list")),
        Crumb(name=str(subject), url=record_type.url("detail", subject.pk)),
        *([own, Crumb(name=page)] if page else [Crumb(name=own.name)]),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def handle(request: HttpRequest, pk: int, record_type: RecordType, offer: Offer) -> HttpResponse:
    # Who may not see somebody is not asked for a code either.
    find_record(request, record_type, pk, record_type.edit_permission)
    return asked_for(request, pk, record_type, offer)


@second_factor_required
@sensitive_variables()
def asked_for(request: HttpRequest, pk: int, record_type: RecordType, offer: Offer) -> HttpResponse:
    subject = load_subject(request, record_type, pk)
    sent = request.POST if request.method == "POST" else None
    form = AskedForm(sent, record=subject)
    # A correction changes a record of its own: what a refused form typed is not what is stored.
    copy = find_record(request, record_type, pk) if offer.kind == RequestKind.CORRECTION else None
    entries = record_type.form(sent, instance=copy, user=request.user) if copy else None
    if form.is_valid() and (entries is None or entries.is_valid()):
        try:
            return answered(request, record_type, entries.instance if entries else subject, offer, form)
        except RuleViolation as refused:
            show_findings(entries if entries and not names_reason(refused) else form, refused)
    context = {
        "subject": subject,
        "offer": offer,
        "form": form,
        "entries": entries,
        "crumbs": crumbs_to(record_type, subject, page=str(offer.kind.label)),
        "back_url": reverse(f"privacy:{record_type.slug}_rights", args=[pk]),
    }
    return render(request, "privacy/request.html", context)


def names_reason(refused: RuleViolation) -> bool:
    return any(finding.source == "reason" for finding in refused.findings)


def answered(
    request: HttpRequest, record_type: RecordType, subject: Model, offer: Offer, form: AskedForm
) -> HttpResponse:
    common = {"asked": form.asked(), "record_type": record_type, "by": request.user}
    match offer.kind:
        case RequestKind.COPY:
            return download(actions.give_copy(subject, **common, at=now()))
        case RequestKind.CORRECTION:
            actions.correct(subject, **common)
        case RequestKind.RESTRICTION:
            actions.freeze(subject, **common, on=today())
        case RequestKind.RELEASE:
            actions.release(subject, **common)
        case RequestKind.ERASURE:
            actions.erase(subject, **common, on=today())
            messages.success(request, "个人信息已删除，请求已登记。")
            return redirect("privacy:requests")
    messages.success(request, f"已办理{offer.kind.label}，请求已登记。")
    return redirect(record_type.url("detail", subject.pk))


@sensitive_variables()
def download(copy: Copy) -> HttpResponse:
    response = HttpResponse(packed(copy, made_at=now()), content_type="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="personal-data-copy.zip"'
    add_never_cache_headers(response)
    return response
