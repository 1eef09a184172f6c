"""What every page shows around itself: the menu, the search box and the user."""

from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from portal.accounts.roles import ROLES, Permission
from portal.accounts.scope import Scope
from portal.inbox.queries import unread_count
from portal.lib.dates import DayError, parse_day

from .menu import MENU, Entry


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """A line of the menu as one user sees it."""

    label: str
    icon: str
    url: str
    is_current: bool
    items: tuple["MenuItem", ...]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The frame of one page for one user; `day` is the day in the URL, empty when the page shows today."""

    menu: tuple[MenuItem, ...]
    roles: tuple[str, ...]
    search_url: str
    inbox_url: str
    unread: str
    day: str

    @property
    def day_query(self) -> str:
        return f"?on={self.day}" if self.day else ""


def frame(request: HttpRequest) -> dict[str, Frame]:
    # A failure before AuthenticationMiddleware still draws a page.
    user = getattr(request, "user", None)
    is_known = user is not None and user.is_authenticated
    scope = user.scope if is_known else Scope(prefixes={})
    view_name = request.resolver_match.view_name if request.resolver_match else ""
    on = request.GET.get("on", "")
    unread = unread_count(user) if is_known else ""
    return {"frame": build_frame(scope=scope, path=request.path, view_name=view_name, on=on, unread=unread)}


def build_frame(*, scope: Scope, path: str, view_name: str, on: str, unread: str = "") -> Frame:
    current = current_url(path, view_name)
    return Frame(
        menu=menu_items(MENU, scope=scope, current=current),
        roles=role_names(scope),
        search_url=page_url("associations:list") if scope.may(Permission.VIEW_REGISTER) else "",
        inbox_url=page_url("inbox:list"),
        unread=unread,
        day=day_of(on),
    )


def menu_items(entries: tuple[Entry, ...], *, scope: Scope, current: str) -> tuple[MenuItem, ...]:
    """Keep the pages that exist and that the scope may open, and the headings that still have pages."""
    items = []
    for entry in entries:
        below = menu_items(entry.entries, scope=scope, current=current)
        may_open = any(scope.may(each) for each in (entry.permission, entry.or_permission) if each)
        url = page_url(entry.url_name) if may_open else ""
        if url or below:
            is_current = bool(url) and url == current
            items.append(
                MenuItem(label=entry.label, icon=entry.icon, url=url, is_current=is_current, items=below)
            )
    return tuple(items)


@cache
def page_url(url_name: str) -> str:
    """Return the address of a page, or nothing while the portal has no such page; addresses never change."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def current_url(path: str, view_name: str) -> str:
    """Return the menu address that the page belongs to, the longest one above it; home has none below it."""
    pages = [(entry, page_url(entry.url_name)) for top in MENU for entry in (top, *top.entries)]
    named = [url for entry, url in pages if view_name in entry.also]
    above = [url for _, url in pages if url == path or (url not in ("", "/") and path.startswith(url))]
    return max(named or above, key=len, default="")


def role_names(scope: Scope) -> tuple[str, ...]:
    """Name the roles that the scope amounts to, without those whose permissions another of them includes.

    Read from the permissions, because the scope is in memory on every request and the grants are not.
    """
    held = [role for role in ROLES if all(map(scope.may, role.permissions))]
    return tuple(
        role.name for role in held if not any(role.permissions < other.permissions for other in held)
    )


def day_of(on: str) -> str:
    # A day that is none is the page's to answer; the menu then leads to today.
    try:
        return parse_day(on).isoformat()
    except DayError:
        return ""
