"""Teams: users of one association who hold roles together."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import actions as account_actions
from portal.accounts import team_actions
from portal.accounts.reach import NO_USER
from portal.accounts.second_factor import second_factor_required
from portal.administration import actions, queries
from portal.administration.forms import GrantForm, MemberForm, TeamForm
from portal.administration.pages import crumbs_to_team, form_page, tabs
from portal.administration.permissions import administrators_only, load_team, load_team_grant
from portal.administration.tables import grant_rows
from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from portal.lib.form_findings import show_findings
from portal.lib.page_parts import Action, Crumb

WRITES = ["GET", "HEAD", "POST"]


@require_safe
@administrators_only
def listing(request: HttpRequest) -> HttpResponse:
    context = {
        "tabs": tabs(request),
        "teams": queries.teams_of(request.user),
        "actions": [
            Action(label="新建用户组", url=reverse("accounts:team_new"), icon="plus", kind="primary")
        ],
    }
    return render(request, "administration/teams.html", context)


@require_http_methods(WRITES)
@administrators_only
@second_factor_required
def new(request: HttpRequest) -> HttpResponse:
    form = TeamForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            team = team_actions.make_team(**form.cleaned_data, by=request.user)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, f"已建立{team}，请加入成员并授权。")
            return redirect("accounts:team", team.pk)
    crumbs = [Crumb(name="用户组", url=reverse("accounts:teams")), Crumb(name="新建用户组")]
    note = "组内用户共同持有给该组的角色，如值班组；离开该组即不再持有"
    back = reverse("accounts:teams")
    return form_page(
        request, form, title="新建用户组", note=note, button="建立", crumbs=crumbs, back_url=back
    )


@require_http_methods(WRITES)
@administrators_only
@second_factor_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a team; a POST adds the member whose name it says."""
    team = load_team(request, pk)
    form = MemberForm(request.POST or None)
    if form.is_valid() and added(request, form, team):
        return redirect("accounts:team", pk)
    context = {
        "team": team,
        "form": form,
        "members": queries.team_members(team, by=request.user),
        "grants": grant_rows(queries.team_grants(team, by=request.user), by=request.user, on=today()),
        "crumbs": crumbs_to_team(team),
        "actions": [
            Action(
                label="授权", url=reverse("accounts:team_grant_new", args=[pk]), icon="plus", kind="primary"
            )
        ],
    }
    return render(request, "administration/team.html", context)


def added(request: HttpRequest, form: MemberForm, team: team_actions.Team) -> bool:
    user = queries.user_named(form.cleaned_data["user"], by=request.user)
    if user is None:
        form.add_error("user", NO_USER)
        return False
    try:
        team_actions.add_member(team=team, user=user, by=request.user)
    except RuleViolation as refused:
        show_findings(form, refused)
        return False
    messages.success(request, f"{user}已加入{team}。")
    return True


@require_POST
@administrators_only
@second_factor_required
def remove_member(request: HttpRequest, pk: int) -> HttpResponse:
    team = load_team(request, pk)
    form = MemberForm(request.POST)
    user = queries.user_named(form.cleaned_data["user"], by=request.user) if form.is_valid() else None
    if user is None:
        messages.error(request, NO_USER)
    else:
        team_actions.remove_member(team=team, user=user, by=request.user)
        messages.success(request, f"{user}已离开{team}。")
    return redirect("accounts:team", pk)


@require_http_methods(WRITES)
@administrators_only
@second_factor_required
def new_grant(request: HttpRequest, pk: int) -> HttpResponse:
    team = load_team(request, pk)
    back = reverse("accounts:team", args=[pk])
    form = GrantForm(request.POST or None, user=request.user, chosen=team.association.code)
    if form.is_valid():
        try:
            actions.give_role(to=team, **form.cleaned_data, by=request.user)
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, f"已授权给{team}。")
            return redirect(back)
    crumbs = crumbs_to_team(team, page="授权")
    note = "组内每个用户都持有该角色"
    return form_page(request, form, title="授权", note=note, button="授权", crumbs=crumbs, back_url=back)


@require_POST
@administrators_only
@second_factor_required
def end_grant(request: HttpRequest, pk: int) -> HttpResponse:
    grant = load_team_grant(request, pk)
    try:
        account_actions.end_grant(grant=grant, by=request.user)
    except RuleViolation as refused:
        messages.error(request, f"没有结束：{refused}")
    else:
        messages.success(request, "授权已结束，下一次请求起不再有效。")
    team = getattr(grant.group, "team", None)
    return redirect("accounts:team", team.pk) if team else redirect("accounts:teams")
