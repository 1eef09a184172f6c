"""The lines of the menu: which page, for whom, and which other pages belong to it."""

from dataclasses import dataclass

from portal.accounts.roles import Permission


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
