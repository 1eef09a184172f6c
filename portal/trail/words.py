"""The lists of the trail as cells: what a page shows and a file holds."""

from datetime import datetime

from portal.audit.looks import NO_RECORD
from portal.audit.models import Disclosure, Look
from portal.lib.dates import BEIJING
from portal.lib.spreadsheet import Cell
from portal.records.registry import record_type_of

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
# What leaves and is no list of records.
OTHER_KINDS = {
    "council": "理事会组成",
    "trail": "变更",
    "looks": "敏感信息查看",
    "disclosures": "个人信息取出",
    "sign-ins": "登录",
}
DISCLOSURE_HEADS = ("时间", "取出人", "途径", "内容", "条数", "条件", "范围", "事由")
SIGN_IN_HEADS = ("时间", "用户名", "姓名", "结果", "来源地址")


def moment(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def trail_cells(entry: Entry) -> list[Cell]:
    version = entry.version
    changes = (
        f"{each.label}：{each.before or '空'} → {each.after or '空'}" if entry.is_told else each.label
        for each in entry.differences
    )
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
        str(look.key) if look.key != NO_RECORD else "",
        look.association_code,
        look.purpose,
    ]


def disclosure_cells(each: Disclosure) -> list[Cell]:
    record_type = record_type_of(each.kind)
    return [
        moment(each.at),
        f"{each.user}（{each.user.username}）",
        each.get_channel_display(),
        record_type.label if record_type else OTHER_KINDS.get(each.kind, each.kind),
        str(each.row_count),
        each.query,
        each.association_code,
        each.purpose,
    ]


def sign_in_cells(each: SignIn) -> list[Cell]:
    return [moment(each.at), each.username, each.name, each.what, each.address]
