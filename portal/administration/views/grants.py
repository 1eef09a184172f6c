"""Who may do what, where and until when."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import actions as account_actions
from portal.accounts.second_factor import second_factor_required
from portal.administration import actions, queries
from portal.administration.forms import EndForm, GrantFilter, GrantForm
from portal.administration.lists import listed
from portal.administration.pages import crumbs_to_user, form_page, tabs
from portal.administration.permissions import administrators_only, load_grant, load_user
from portal.administration.tables import grant_rows
from portal.lib.dates import today
from portal.lib.filters import refuse_unknown
from portal.lib.findings import RuleViolation
from portal.lib.form_findings import show_findings
from portal.records.queries import Order

WRITES = ["GET", "HEAD", "POST"]


@require_safe
@administrators_only
def listing(request: HttpRequest) -> HttpResponse:
    form = GrantFilter(request.GET)
    refuse_unknown(request, form)
    on = today()
    grants = queries.grants_wanted(request.user, **form.wanted(), on=on)
    is_by_user = form.is_valid() and form.cleaned_data["order"] == "user"
    order = Order(path="user__username" if is_by_user else "content_object__code")
    page = listed(request, grants, order=order)
    context = {
        "tabs": tabs(request),
        "form": form,
        "page": page,
        "rows": grant_rows(page.rows, by=request.user, on=on),
    }
    return render(request, "administration/grants.html", context)


@require_http_methods(WRITES)
@administrators_only
@second_factor_required
def new(request: HttpRequest, pk: int) -> HttpResponse:
    user = load_user(request, pk)
    back = reverse("accounts:user", args=[pk])
    chosen = user.association.code if user.association else ""
    form = GrantForm(request.POST or None, user=request.user, chosen=chosen)
    if form.is_valid():
        try:
            grant = actions.give_role(to=user, **form.cleaned_data, by=request.user)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, f"已授权：{user}，{grant.content_object.short_name}，{grant.role.name}")
            return redirect(back)
    return form_page(
        request,
        form,
        title="授权",
        note=f"{user}（{user.username}）；已有同一角色的，改为新的期限",
        button="授权",
        crumbs=crumbs_to_user(user, page="授权"),
        back_url=back,
    )


@require_http_methods(WRITES)
@administrators_only
@second_factor_required
def prolong(request: HttpRequest, pk: int) -> HttpResponse:
    grant = load_grant(request, pk)
    back = reverse("accounts:user", args=[grant.user_id])
    form = EndForm(request.POST or None, initial={"ends_on": grant.ends_on})
    if form.is_valid():
        try:
            account_actions.grant_role(
                user=grant.user,
                role=grant.role,
                association=grant.content_object,
                term=grant.term if grant.term and grant.term.ends_on is None else None,
                ends_on=form.cleaned_data["ends_on"],
                by=request.user,
            )
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, "有效期已更改。")
            return redirect(back)
    return form_page(
        request,
        form,
        title="更改有效期",
        note=f"{grant.user}：{grant}",
        button="更改",
        crumbs=crumbs_to_user(grant.user, page="更改有效期"),
        back_url=back,
    )


@require_http_methods(WRITES)
@administrators_only
@second_factor_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    grant = load_grant(request, pk)
    back = reverse("accounts:user", args=[grant.user_id])
    if request.method == "POST":
        try:
            account_actions.end_grant(grant=grant, by=request.user)
        except RuleViolation as refused:
            messages.error(request, f"没有结束：{refused}")
        else:
            messages.success(request, "授权已结束，下一次请求起不再有效。")
        return redirect(back)
    context = {
        "title": "结束授权",
        "question": f"结束{grant.user}在{grant.content_object.name}的“{grant.role.name}”？",
        "consequences": [
            "下一次请求起，不能再以该角色查看和办理该协会及其下级的事项",
            "该用户经手的记录和操作记录保留",
        ],
        "button": "结束授权",
        "back_url": back,
        "crumbs": crumbs_to_user(grant.user, page="结束授权"),
    }
    return render(request, "administration/confirm.html", context)
