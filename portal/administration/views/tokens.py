"""Keys for other systems: one's own, and those of the administrator's subtree."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import actions
from portal.accounts.second_factor import second_factor_required
from portal.administration import queries
from portal.administration.forms import TokenFilter, TokenForm
from portal.administration.lists import listed
from portal.administration.pages import form_page
from portal.administration.permissions import load_token
from portal.administration.tables import token_rows
from portal.lib.dates import BEIJING, now
from portal.lib.filters import refuse_unknown
from portal.lib.findings import RuleViolation
from portal.lib.form_findings import show_findings
from portal.lib.page_parts import Action, Crumb
from portal.records.queries import Order

WRITES = ["GET", "HEAD", "POST"]


@require_safe
@second_factor_required
def listing(request: HttpRequest) -> HttpResponse:
    form = TokenFilter(request.GET)
    refuse_unknown(request, form)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    tokens = queries.tokens_for(request.user, state=state)
    page = listed(request, tokens, order=Order(path="pk", is_descending=True))
    new = Action(label="新建令牌", url=reverse("accounts:token_new"), icon="plus", kind="primary")
    context = {
        "form": form,
        "page": page,
        "rows": token_rows(page.rows, by=request.user, at=now()),
        "actions": [new] if request.user.scope.prefixes else [],
    }
    return render(request, "administration/tokens.html", context)


@require_http_methods(WRITES)
@second_factor_required
def new(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None, user=request.user)
    crumbs = [Crumb(name="接口令牌", url=reverse("accounts:tokens")), Crumb(name="新建令牌")]
    if form.is_valid():
        try:
            issued = actions.make_token(user=request.user, **form.cleaned_data)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            return made_page(request, issued, crumbs=crumbs)
    note = "供其他系统以您的身份读取数据；只在所选协会内、以所选权限有效"
    back = reverse("accounts:tokens")
    return form_page(
        request, form, title="新建令牌", note=note, button="生成令牌", crumbs=crumbs, back_url=back
    )


def made_page(request: HttpRequest, issued: actions.IssuedToken, *, crumbs: list[Crumb]) -> HttpResponse:
    expires_at = issued.token.expires_at.astimezone(BEIJING)
    context = {
        "token": issued.token,
        "secret": issued.secret,
        "crumbs": crumbs,
        "notes": [
            "请求时放在请求头中：Authorization: Bearer 令牌",
            f"{expires_at:%Y-%m-%d %H:%M} 到期；泄露的，请立即停用",
        ],
    }
    return render(request, "administration/token_made.html", context)


@require_http_methods(WRITES)
@second_factor_required
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = load_token(request, pk)
    if request.method == "POST":
        try:
            actions.revoke_token(token=token, by=request.user)
        except RuleViolation as refused:
            messages.error(request, f"没有停用：{refused}")
        else:
            messages.success(request, "令牌已停用，下一次请求起无效。")
        return redirect("accounts:tokens")
    context = {
        "title": "停用令牌",
        "question": f"停用令牌“{token.name}”？",
        "consequences": ["使用它的系统从下一次请求起被拒绝", "停用后不能恢复，只能新建"],
        "button": "停用令牌",
        "back_url": reverse("accounts:tokens"),
        "crumbs": [Crumb(name="接口令牌", url=reverse("accounts:tokens")), Crumb(name="停用令牌")],
    }
    return render(request, "administration/confirm.html", context)
