"""Users of the administrator's subtree: who they are, what they hold, and what can be done to an account."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import actions as account_actions
from portal.accounts import link_actions, lockouts, mail
from portal.accounts import queries as account_queries
from portal.accounts.enums import UserState
from portal.accounts.link_actions import IssuedLink
from portal.accounts.models import User
from portal.accounts.second_factor import second_factor_required
from portal.administration import queries
from portal.administration.deeds import DEEDS
from portal.administration.forms import InviteForm, UserFilter, UserForm
from portal.administration.lists import listed
from portal.administration.pages import crumbs_to_user, form_page, tabs
from portal.administration.permissions import administrators_only, load_user
from portal.administration.tables import grant_rows
from portal.lib.dates import BEIJING, today
from portal.lib.filters import refuse_unknown
from portal.lib.findings import RuleViolation
from portal.lib.form_findings import show_findings
from portal.lib.page_parts import Action, Crumb
from portal.records.queries import Order

WRITES = ["GET", "HEAD", "POST"]


@require_safe
@administrators_only
def listing(request: HttpRequest) -> HttpResponse:
    form = UserFilter(request.GET)
    refuse_unknown(request, form)
    on = today()
    users = queries.users_wanted(request.user, **form.wanted(), on=on)
    page = listed(request, users, order=Order(path="username"))
    context = {
        "tabs": tabs(request),
        "form": form,
        "page": page,
        "rows": queries.user_rows(page.rows, by=request.user, on=on),
        "actions": [Action(label="邀请用户", url=reverse("accounts:invite"), icon="plus", kind="primary")],
    }
    return render(request, "administration/users.html", context)


@require_safe
@administrators_only
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = load_user(request, pk)
    standing = queries.standing_of(user)
    is_self = user == request.user
    context = {
        "account": user,
        "standing": standing,
        "crumbs": crumbs_to_user(user),
        "grants": grant_rows(queries.grants_of(user, by=request.user), by=request.user, on=today()),
        "sign_ins": account_queries.recent_sign_ins(user),
        "failures": lockouts.last_failures(user.get_username()),
        "actions": [] if is_self else head_actions(user),
        "deeds": [] if is_self else deed_actions(user, standing),
        "is_self": is_self,
    }
    return render(request, "administration/user.html", context)


def head_actions(user: User) -> list[Action]:
    found = [
        Action(label="授权", url=reverse("accounts:grant_new", args=[user.pk]), icon="plus", kind="primary"),
        Action(label="修改", url=reverse("accounts:user_edit", args=[user.pk]), icon="edit"),
    ]
    if user.state != UserState.DEACTIVATED:
        label = "重新邀请" if user.state == UserState.INVITED else "重设密码"
        found.append(Action(label=label, url=reverse("accounts:user_link", args=[user.pk]), icon="key"))
    return found


def deed_actions(user: User, standing: queries.Standing) -> list[Action]:
    return [
        Action(label=deed.label, url=reverse("accounts:user_deed", args=[user.pk, name]))
        for name, deed in DEEDS.items()
        if deed.applies(user, standing)
    ]


@require_http_methods(WRITES)
@administrators_only
@second_factor_required
def do(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    user = load_user(request, pk)
    if deed not in DEEDS:
        raise Http404("没有这个页面，或您无权查看")
    chosen, back = DEEDS[deed], reverse("accounts:user", args=[pk])
    if request.method == "POST":
        try:
            chosen.run(user=user, by=request.user)
        except RuleViolation as refused:
            messages.error(request, f"没有办理：{refused}")
        else:
            messages.success(request, chosen.done)
        return redirect(back)
    context = {
        "title": chosen.label,
        "question": f"{chosen.label}：{user}（{user.username}）？",
        "consequences": chosen.consequences,
        "button": chosen.label,
        "back_url": back,
        "crumbs": crumbs_to_user(user, page=chosen.label),
    }
    return render(request, "administration/confirm.html", context)


@require_http_methods(WRITES)
@administrators_only
@second_factor_required
def invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            issued = link_actions.invite(**form.cleaned_data, by=request.user)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            return link_page(request, issued)
    return form_page(
        request,
        form,
        title="邀请用户",
        note="生成一个一次性链接，由本人设置密码；您不会看到密码。链接 20 天内有效。",
        button="生成邀请链接",
        crumbs=[Crumb(name="用户与授权", url=reverse("accounts:users")), Crumb(name="邀请用户")],
        back_url=reverse("accounts:users"),
    )


@require_http_methods(WRITES)
@administrators_only
@second_factor_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = load_user(request, pk)
    back = reverse("accounts:user", args=[pk])
    shown = {"name": user.name, "email": user.email, "association": user.association.code}
    form = UserForm(request.POST or None, user=request.user, chosen=shown["association"], initial=shown)
    if form.is_valid():
        try:
            account_actions.change_user(user=user, **form.cleaned_data, by=request.user)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, "已保存")
            return redirect(back)
    return form_page(
        request,
        form,
        title="修改用户",
        note=f"用户名 {user.username} 不能更改。",
        button="保存",
        crumbs=crumbs_to_user(user, page="修改"),
        back_url=back,
    )


@require_http_methods(WRITES)
@administrators_only
@second_factor_required
def new_link(request: HttpRequest, pk: int) -> HttpResponse:
    user = load_user(request, pk)
    back = reverse("accounts:user", args=[pk])
    if request.method == "POST":
        try:
            return link_page(request, link_actions.issue_link(user=user, by=request.user))
        except RuleViolation as refused:
            messages.error(request, f"没有办理：{refused}")
            return redirect(back)
    is_new = user.state == UserState.INVITED
    title = "重新邀请" if is_new else "重设密码"
    context = {
        "title": title,
        "question": f"{title}：{user}（{user.username}）？",
        "consequences": [
            f"生成一个新的一次性链接，{'20 天' if is_new else '24 小时'}内有效；此前的链接立即作废",
            "请先确认是本人，再把链接交给本人，由本人设置密码",
            "设好新密码后，原有登录全部结束",
        ],
        "button": "生成链接",
        "back_url": back,
        "crumbs": crumbs_to_user(user, page=title),
    }
    return render(request, "administration/confirm.html", context)


def link_page(request: HttpRequest, issued: IssuedLink) -> HttpResponse:
    url = request.build_absolute_uri(f"{reverse('accounts:link_open')}#{issued.secret}")
    context = {
        "link": issued.link,
        "url": url,
        "is_mailed": mail.send_link(issued, url=url),
        "notes": [
            f"交给{issued.link.user}本人（用户名 {issued.link.user.username}），由本人打开并设置密码",
            "打开后要求填写链接码的，填 # 后面的部分",
            f"只能使用一次，{issued.link.expires_at.astimezone(BEIJING):%Y-%m-%d %H:%M} 前有效",
        ],
        "crumbs": crumbs_to_user(issued.link.user, page="链接"),
    }
    return render(request, "administration/link_made.html", context)
