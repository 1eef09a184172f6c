"""What people ask about their own data, and the record types that they may ask about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from members.enums import IdentityCheck, RequestKind
from members.records.families import FAMILIES
from members.records.memberships import HOUSEHOLDS
from members.records.people import PEOPLE
from portal.records.types import RecordType

SUBJECTS = (PEOPLE, FAMILIES, HOUSEHOLDS)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Somebody's request as the office took it; `seen` is the version of the record that the page showed."""

    received_on: date
    identity_check: IdentityCheck
    reason: str
    seen: int


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A kind of request and what comes of it; `when` says for which state of a record it is offered."""

    kind: RequestKind
    consequences: tuple[str, ...]
    button: str
    when: Callable[[bool], bool] = lambda is_frozen: True


OFFERS = (
    Offer(
        kind=RequestKind.COPY,
        consequences=(
            "生成一份含全部登记内容的副本（XLSX 和 JSON），个人信息完整显示，只交本人或其受托人",
            "平台不留存副本，本次提供将记入操作记录",
        ),
        button="记录并下载副本",
    ),
    Offer(
        kind=RequestKind.CORRECTION,
        consequences=("修改后的内容立即生效，修改前后的内容和事由记入历史",),
        button="更正",
        when=lambda is_frozen: not is_frozen,
    ),
    Offer(
        kind=RequestKind.RESTRICTION,
        consequences=("页面只显示姓名和“已冻结”，不能修改，不再导出", "统计人数不变", "可以随时解除冻结"),
        button="冻结",
        when=lambda is_frozen: not is_frozen,
    ),
    Offer(
        kind=RequestKind.RELEASE,
        consequences=("恢复显示、修改和导出",),
        button="解除冻结",
        when=lambda is_frozen: is_frozen,
    ),
    Offer(
        kind=RequestKind.ERASURE,
        consequences=(
            "登记内容从档案、历史版本和生成的文件中删除，不能恢复",
            "为回溯统计保留的记录只剩“已删除”字样，见个人信息目录",
            "请求登记（不含个人信息）长期保留",
        ),
        button="永久删除",
    ),
)


def offers_for(record_type: RecordType) -> tuple[Offer, ...]:
    """List what may be asked about a type of record; only people and families can be frozen."""
    can_freeze = "frozen_on" in {field.name for field in record_type.model._meta.concrete_fields}
    freezing = (RequestKind.RESTRICTION, RequestKind.RELEASE)
    return tuple(offer for offer in OFFERS if can_freeze or offer.kind not in freezing)
