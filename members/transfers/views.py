"""Members who move inside one's reach: one from its own page, several from the list."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from members import membership_actions
from members.models import Membership
from members.records.memberships import MEMBERSHIPS
from portal.accounts.roles import Permission
from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Crumb
from portal.records.lists import with_query
from portal.records.permissions import load_record, require
from portal.records.reach import name_for
from portal.records.views.bulk import chooses_all, chosen

from .forms import GroupForm, TransferForm
from .queries import preview_transfer, whole

MOST = membership_actions.MOST_TRANSFERS
Write = Callable[[TransferForm, GroupForm], None]


@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    membership = load_open(request, pk)

    def write(form: TransferForm, choice: GroupForm) -> None:
        membership_actions.transfer(
            membership=membership,
            to=form.cleaned_data["to"],
            on=form.cleaned_data["on"],
            group=choice.cleaned_data["group"],
            by=request.user,
            seen=form.cleaned_data["seen"] or 0,
        )

    url = MEMBERSHIPS.url("detail", pk)
    return steps(
        request,
        [pk],
        write,
        back_url=url,
        kept=[("seen", str(membership.version))],
        crumbs=[
            Crumb(name="会员", url=MEMBERSHIPS.url("list")),
            Crumb(name=name_for(request.user, membership), url=url),
            Crumb(name="转会"),
        ],
    )


@require_POST
def transfer_many(request: HttpRequest) -> HttpResponse:
    require(request, Permission.EDIT_RECORDS)
    list_url = MEMBERSHIPS.url("list") + with_query(request.GET)
    keys = list(chosen(request, MEMBERSHIPS).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    marked = set(request.POST.getlist("pk"))
    if not keys or (not chooses_all(request) and len(keys) < len(marked)):
        messages.error(request, "没有选择会员，或所选会员不存在、不在您的管理范围内。")
        return redirect(list_url)
    if len(keys) > MOST:
        messages.error(request, f"一次最多转会 {MOST} 人，请缩小筛选范围后再选。")
        return redirect(list_url)

    def write(form: TransferForm, choice: GroupForm) -> None:
        membership_actions.transfer_many(
            memberships=keys,
            to=form.cleaned_data["to"],
            on=form.cleaned_data["on"],
            group=choice.cleaned_data["group"],
            by=request.user,
            expected=choice.cleaned_data["expected"] or 0,
        )

    kept = [("all", "1")] if chooses_all(request) else [("pk", key) for key in sorted(marked)]
    crumbs = [Crumb(name="会员", url=list_url), Crumb(name="转会")]
    return steps(request, keys, write, back_url=list_url, kept=kept, crumbs=crumbs)


def load_open(request: HttpRequest, pk: int) -> Membership:
    membership = load_record(request, MEMBERSHIPS, pk, Permission.EDIT_RECORDS)
    if membership.left_on is not None:
        raise Http404("该会员已退会")
    return membership


def steps(
    request: HttpRequest,
    keys: list[int],
    write: Write,
    *,
    back_url: str,
    kept: list[tuple[str, str]],
    crumbs: list[Crumb],
) -> HttpResponse:
    """Ask where to, show what will change, write it: three posts of the same address."""
    go = request.POST.get("go", "")
    form = TransferForm(request.POST if go else None, user=request.user)
    context = {
        "form": form,
        "kept": kept,
        "back_url": back_url,
        "crumbs": crumbs,
        "count": len(keys),
        "request_url": reverse("members:request_new", args=keys) if len(keys) == 1 else "",
    }
    if not (go and form.is_valid()):
        return render(request, "members/transfer.html", context)
    to, on = form.cleaned_data["to"], form.cleaned_data["on"]
    choice = GroupForm(request.POST if go == "write" else None, to=to, on=on, initial={"expected": len(keys)})
    if go == "write" and choice.is_valid():
        try:
            write(form, choice)
        except RuleViolation as refused:
            messages.error(request, f"没有转会：{refused}")
        else:
            messages.success(request, f"已将 {len(keys)} 名会员转入{to.name}。")
        return redirect(back_url)
    preview = preview_transfer(whole(keys, user=request.user), to=to, on=on, by=request.user)
    kept = [*kept, ("to", to.code), ("on", on.isoformat())]
    return render(
        request,
        "members/transfer_confirm.html",
        context | {"kept": kept, "choice": choice, "preview": preview, "to": to},
    )
