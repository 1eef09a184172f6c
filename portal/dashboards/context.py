"""What every page shows around itself: the menu, the search box and the user."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from portal.accounts.roles import ROLES, Permission
from portal.accounts.scope import Scope
from portal.inbox.queries import unread_count
from portal.lib.dates import DayError, parse_day


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the menu: a page, or a heading over pages.

    Either permission opens it. A page whose address lies below the entry's belongs to it; `also` names those
    that lie elsewhere.
    """

    label: str
    icon: str = ""
    url_name: str = ""
    permission: Permission | None = None
    or_permission: Permission | None = None
    also: tuple[str, ...] = ()
    entries: tuple["Entry", ...] = ()


def pages_of(slug: str) -> tuple[str, ...]:
    """Name the record pages of a type that has no line of its own."""
    return tuple(f"records:{slug}_{page}" for page in ("list", "bulk", "edit", "history", "restore"))


MENU = (
    Entry(
        label="总览",
        icon="overview",
        url_name="dashboards:overview",
        permission=Permission.VIEW_STATISTICS,
        also=("dashboards:node",),
    ),
    Entry(
        label="组织",
        icon="register",
        entries=(
            Entry(
                label="名录",
                url_name="associations:list",
                permission=Permission.VIEW_REGISTER,
                also=pages_of("associations"),
            ),
            Entry(label="人员配备", url_name="records:staffing_list", permission=Permission.VIEW_REGISTER),
            Entry(label="沿革", url_name="records:successions_list", permission=Permission.VIEW_REGISTER),
            Entry(label="附件", url_name="records:files", permission=Permission.VIEW_REGISTER),
        ),
    ),
    Entry(
        label="理事会",
        icon="council",
        entries=(
            Entry(
                label="构成",
                url_name="oversight:councils",
                permission=Permission.VIEW_STATISTICS,
                also=(
                    "oversight:council",
                    "oversight:session",
                    "oversight:session_new",
                    "oversight:term_new",
                    "oversight:leave",
                ),
            ),
            Entry(label="任职", url_name="records:appointments_list", permission=Permission.VIEW_PEOPLE),
            Entry(label="届次", url_name="records:terms_list", permission=Permission.VIEW_STATISTICS),
            Entry(label="会议", url_name="records:sessions_list", permission=Permission.VIEW_STATISTICS),
        ),
    ),
    Entry(
        label="改革进度",
        icon="reform",
        entries=(
            Entry(
                label="进度表",
                url_name="oversight:reform_home",
                permission=Permission.VIEW_STATISTICS,
                also=(
                    "oversight:reform",
                    "oversight:milestone",
                    "oversight:claim",
                    "oversight:start",
                    "oversight:withdraw",
                    "oversight:verify",
                    "oversight:return",
                ),
            ),
            Entry(label="待核实", url_name="oversight:queue", permission=Permission.VERIFY),
            Entry(
                label="职能转移",
                url_name="records:function-transfers_list",
                permission=Permission.VIEW_STATISTICS,
            ),
            Entry(
                label="督办",
                url_name="records:supervision-notices_list",
                permission=Permission.VIEW_STATISTICS,
                also=("oversight:notice", "oversight:notice_new", "oversight:notice_step"),
            ),
            Entry(label="建议督办", url_name="oversight:proposals", permission=Permission.EDIT_RECORDS),
        ),
    ),
    Entry(
        label="会员",
        icon="members",
        entries=(
            Entry(label="会员", url_name="records:memberships_list", permission=Permission.VIEW_PEOPLE),
            Entry(label="人员", url_name="records:people_list", permission=Permission.VIEW_PEOPLE),
            Entry(label="团体", url_name="records:organisations_list", permission=Permission.VIEW_PEOPLE),
            Entry(label="会员小组", url_name="records:groups_list", permission=Permission.VIEW_STATISTICS),
            Entry(
                label="联系户",
                url_name="records:households_list",
                permission=Permission.VIEW_PEOPLE,
                also=("records:household-visits_list",),
            ),
            Entry(
                label="重新登记",
                url_name="members:rounds",
                permission=Permission.VIEW_PEOPLE,
                also=("members:round", "members:round_progress", "members:round_close"),
            ),
            Entry(
                label="转会申请",
                url_name="members:requests",
                permission=Permission.VIEW_PEOPLE,
                also=("members:request",),
            ),
            Entry(
                label="疑似重复",
                url_name="members:duplicates",
                permission=Permission.VIEW_PEOPLE,
                also=("members:lookalikes", "members:merge", "members:merges", "members:merged"),
            ),
            Entry(label="个人信息请求", url_name="privacy:requests", permission=Permission.VIEW_PEOPLE),
        ),
    ),
    Entry(
        label="志愿者",
        icon="volunteer",
        entries=(
            Entry(label="志愿者", url_name="records:volunteers_list", permission=Permission.VIEW_PEOPLE),
            Entry(label="服务记录", url_name="records:services_list", permission=Permission.VIEW_PEOPLE),
            Entry(label="协议", url_name="records:contracts_list", permission=Permission.VIEW_PEOPLE),
            Entry(label="培训", url_name="records:trainings_list", permission=Permission.VIEW_PEOPLE),
            Entry(label="评价", url_name="records:ratings_list", permission=Permission.VIEW_PEOPLE),
        ),
    ),
    Entry(
        label="家庭",
        icon="family",
        entries=(
            Entry(label="帮扶家庭", url_name="records:families_list", permission=Permission.VIEW_FAMILIES),
            Entry(label="走访", url_name="records:family-visits_list", permission=Permission.VIEW_FAMILIES),
            Entry(label="帮扶", url_name="records:family-help_list", permission=Permission.VIEW_FAMILIES),
            Entry(
                label="保险", url_name="records:family-insurances_list", permission=Permission.VIEW_FAMILIES
            ),
            Entry(label="个人信息请求", url_name="privacy:requests", permission=Permission.VIEW_FAMILIES),
        ),
    ),
    Entry(
        label="六项任务",
        icon="tasks",
        entries=(
            Entry(label="阵地", url_name="records:venues_list", permission=Permission.VIEW_STATISTICS),
            Entry(
                label="合作单位", url_name="records:partner-units_list", permission=Permission.VIEW_STATISTICS
            ),
        ),
    ),
    Entry(
        label="政策文件",
        icon="policy",
        url_name="policies:list",
        permission=Permission.VIEW_REGISTER,
        also=pages_of("policies"),
    ),
    Entry(
        label="导入导出",
        icon="upload",
        entries=(
            Entry(
                label="导入",
                url_name="imports:list",
                permission=Permission.EDIT_RECORDS,
                or_permission=Permission.EDIT_FAMILIES,
            ),
            Entry(label="导出", url_name="records:exports", permission=Permission.VIEW_REGISTER),
        ),
    ),
    Entry(label="报告", icon="report", url_name="reports:list", permission=Permission.MAKE_REPORTS),
    Entry(label="后台任务", icon="jobs", url_name="jobs:list", permission=Permission.MAKE_REPORTS),
    Entry(
        label="系统",
        icon="system",
        entries=(
            Entry(
                label="用户与授权",
                url_name="accounts:users",
                permission=Permission.MANAGE_USERS,
                also=(
                    "accounts:grants",
                    "accounts:grant_prolong",
                    "accounts:grant_end",
                    "accounts:teams",
                    "accounts:team_new",
                    "accounts:team",
                    "accounts:team_grant_new",
                ),
            ),
            Entry(label="接口令牌", url_name="accounts:tokens", permission=Permission.VIEW_REGISTER),
            Entry(label="操作记录", url_name="audit:trail", permission=Permission.READ_AUDIT),
            Entry(
                label="个人信息目录",
                url_name="privacy:catalogue",
                permission=Permission.MANAGE_USERS,
                or_permission=Permission.READ_AUDIT,
            ),
            Entry(label="个人信息请求", url_name="privacy:requests", permission=Permission.READ_AUDIT),
        ),
    ),
)


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


def page_url(url_name: str) -> str:
    """Return the address of a page, or nothing while the portal has no such page."""
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
