from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from associations.enums import Body, Milestone
from associations.permissions import load_association, load_from_above
from portal.accounts.roles import Permission
from portal.lib.asof import day_of
from portal.lib.dates import today
from portal.lib.filters import refuse_unknown
from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Crumb
from portal.oversight.enums import NoticeKind
from portal.oversight.forms.supervision import NoticeForm, ProposalFilters
from portal.oversight.models import SupervisionStep
from portal.oversight.supervision import actions as supervision_actions
from portal.oversight.supervision.proposals import Proposal, proposal_for, proposals_under
from portal.records.files import file_response
from portal.records.forms import show_findings
from portal.records.permissions import require


def crumbs_to(name: str) -> list[Crumb]:
    return [Crumb(name="督办", url=reverse("records:supervision-notices_list")), Crumb(name=name)]


@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    require(request, Permission.EDIT_RECORDS)
    code = request.GET.get("under") or request.user.home_code(Permission.EDIT_RECORDS)
    node = load_association(request, code, Permission.EDIT_RECORDS)
    form, on = ProposalFilters(request.GET), day_of(request)
    refuse_unknown(request, form, "under")
    kind, after = request.GET.get("kind", ""), request.GET.get("after", "")
    page = proposals_under(node, user=request.user, on=on, kind=kind, after=after)
    query = request.GET.copy()
    query["after"] = page.following
    context = {
        "node": node,
        "rows": [(proposal, issue_url(proposal)) for proposal in page.rows],
        "count": f"共 {page.count} 项",
        "form": form,
        "kept": [(name, request.GET[name]) for name in ("on", "under") if name in request.GET],
        "reset_url": request.path,
        "next_url": f"?{query.urlencode()}" if page.following else "",
        "crumbs": crumbs_to("建议督办"),
        "on": on,
        "today": today(),
    }
    return render(request, "oversight/proposals.html", context)


def issue_url(proposal: Proposal) -> str:
    about = {"association": proposal.association.code, "kind": proposal.kind.value, "item": proposal.item}
    return f"{reverse('oversight:notice_new')}?{urlencode(about)}"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    require(request, Permission.EDIT_RECORDS)
    form = NoticeForm(request.POST or None, user=request.user, initial=proposed(request))
    if form.is_valid():
        entry = form.cleaned_data
        try:
            notice = supervision_actions.find(
                association=entry["association"],
                kind=NoticeKind(entry["kind"]),
                milestone=Milestone(entry["milestone"]) if entry["milestone"] else None,
                body=Body(entry["body"]) if entry["body"] else None,
                finding=entry["finding"],
                by=request.user,
                on=entry["on"],
            )
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, "已登记。发出督办前，被督办协会看不到它。")
            return redirect("oversight:notice", notice.pk)
    context = {"form": form, "crumbs": crumbs_to("登记督办")}
    return render(request, "oversight/notice_new.html", context)


def proposed(request: HttpRequest) -> dict[str, str]:
    """Read what the address proposes: an association, and what is overdue or short there."""
    code = request.GET.get("association", "")
    if not code:
        return {}
    association = load_from_above(request, code)
    kind, item = request.GET.get("kind", ""), request.GET.get("item", "")
    proposal = proposal_for(association, kind=kind, item=item, on=today())
    if proposal is None:
        return {"association": code}
    about = "milestone" if proposal.kind == NoticeKind.OVERDUE_MILESTONE else "body"
    return {"association": code, "kind": kind, about: item, "finding": proposal.finding}


@require_safe
def file(request: HttpRequest, pk: int) -> FileResponse:
    proofs = SupervisionStep.objects.visible_to(request.user).select_related("file")
    step = get_object_or_404(proofs, pk=pk)
    if step.file is None:
        raise Http404("这一步没有附件")
    return file_response(step.file)
