"""The lists of the trail as cells: what a page shows and a file holds."""

from datetime import datetime

from portal.audit.models import Look
from portal.lib.dates import BEIJING
from portal.lib.spreadsheet import Cell

from .kinds import kind_of
from .lists import SignIn
from .queries import Entry

TRAIL_HEADS = (
    "时间",
    "操作人",
    "操作",
    "记录类型",
    "记录",
    "记录编号",
    "所属协会",
    "协会代码",
    "变更内容",
    "事由",
    "来源地址",
)
LOOK_HEADS = ("时间", "查看人", "途径", "记录类型", "记录编号", "协会代码", "事由")
SIGN_IN_HEADS = ("时间", "用户名", "姓名", "结果", "来源地址")


def moment(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def trail_cells(entry: Entry) -> list[Cell]:
    version = entry.version
    changes = (f"{each.label}：{each.before or '空'} → {each.after or '空'}" for each in entry.differences)
    return [
        moment(version.at),
        entry.who,
        entry.what,
        version.kind.label,
        entry.name,
        str(version.record),
        entry.place,
        entry.code,
        "；".join(changes),
        version.purpose,
        version.address,
    ]


def look_cells(look: Look) -> list[Cell]:
    kind = kind_of(look.model)
    return [
        moment(look.at),
        f"{look.user}（{look.user.username}）",
        look.get_channel_display(),
        kind.label if kind else look.model,
        str(look.key),
        look.association_code,
        look.purpose,
    ]


def sign_in_cells(each: SignIn) -> list[Cell]:
    return [moment(each.at), each.username, each.name, each.what, each.address]
