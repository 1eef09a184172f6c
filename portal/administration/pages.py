"""What every page of the administration shows around its own content."""

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from portal.accounts.models import Team, User
from portal.lib.page_parts import Crumb, Tab

TABS = (("用户", "users"), ("授权", "grants"), ("用户组", "teams"))


def tabs(request: HttpRequest) -> list[Tab]:
    urls = [(label, reverse(f"accounts:{name}")) for label, name in TABS]
    return [Tab(label=label, url=url, is_current=request.path == url) for label, url in urls]


def crumbs_to_user(user: User, *, page: str = "") -> list[Crumb]:
    crumbs = [Crumb(name="用户与授权", url=reverse("accounts:users"))]
    if not page:
        return [*crumbs, Crumb(name=str(user))]
    return [*crumbs, Crumb(name=str(user), url=reverse("accounts:user", args=[user.pk])), Crumb(name=page)]


def crumbs_to_team(team: Team, *, page: str = "") -> list[Crumb]:
    crumbs = [Crumb(name="用户组", url=reverse("accounts:teams"))]
    if not page:
        return [*crumbs, Crumb(name=str(team))]
    return [*crumbs, Crumb(name=str(team), url=reverse("accounts:team", args=[team.pk])), Crumb(name=page)]


def form_page(
    request: HttpRequest,
    form: Form,
    *,
    title: str,
    note: str,
    button: str,
    crumbs: list[Crumb],
    back_url: str,
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "note": note,
        "button": button,
        "crumbs": crumbs,
        "back_url": back_url,
    }
    return render(request, "administration/form.html", context)
