"""What the register's pages show of an association: its state in words, its facts, what may be done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.urls import reverse

from associations.enums import Kind, Level
from associations.models import Association
from portal.accounts.roles import Permission
from portal.lib.page_parts import Action, Fact


@dataclass(frozen=True, kw_only=True)
class State:
    """Whether an association exists on a day; `badge` is a code of components/verdict_badge.html."""

    word: str
    badge: str


ESTABLISHED = State(word="已建", badge="met")
MISSING = State(word="应建未建", badge="short")
DISSOLVED = State(word="已撤销", badge="")
NOT_DUE = State(word="不应建", badge="")
# Exists, and coverage counts it neither as due nor as established.
NOT_DUE_YET_THERE = State(word="已建、不应建", badge="")


@dataclass(frozen=True, kw_only=True)
class Row:
    association: Association
    state: State
    url: str

    @property
    def level(self) -> str:
        return Level(self.association.level).label

    @property
    def kind(self) -> str:
        return Kind(self.association.kind).label


def state_of(association: Association, *, on: date) -> State:
    is_due = association.is_due(on=on)
    if association.is_established(on=on):
        return ESTABLISHED if is_due else NOT_DUE_YET_THERE
    if not is_due:
        return NOT_DUE
    was_dissolved = association.dissolved_on is not None and association.dissolved_on < on
    return DISSOLVED if was_dissolved and association.level == Level.UNIT else MISSING


def rows_of(associations: Iterable[Association], *, on: date, query: str) -> list[Row]:
    return [
        Row(
            association=each,
            state=state_of(each, on=on),
            url=reverse("associations:detail", args=[each.code]) + query,
        )
        for each in associations
    ]


def facts_of(association: Association, *, code_on: str, sees_people: bool) -> list[Fact]:
    facts = [
        Fact(label="代码", value=association.code),
        Fact(label="层级", value=association.get_level_display()),
        Fact(label="类别", value=association.get_kind_display()),
        Fact(label="成立日期", value=_day(association.established_on)),
        Fact(label="党组织", value=association.get_party_organisation_display()),
        Fact(label="日常工作承担单位", value=association.host_body),
        Fact(label="地址", value=association.address),
    ]
    if sees_people:
        facts.append(Fact(label="法定代表人", value=association.legal_representative))
        facts.append(Fact(label="电话", value=association.phone))
    if code_on != association.code:
        facts.insert(1, Fact(label="当日代码", value=code_on))
    if association.dissolved_on:
        facts.append(Fact(label="撤销日期", value=_day(association.dissolved_on)))
    if association.due_from or association.due_until:
        span = f"{_day(association.due_from)} 至 {_day(association.due_until)}"
        facts.append(Fact(label="应建期间", value=span))
    if association.kind == Kind.AWAY:
        facts.append(Fact(label="流出地", value=association.home_place))
        facts.append(Fact(label="驻地", value=association.host_place))
    return facts


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def actions_on(association: Association, request: HttpRequest) -> list[Action]:
    scope, code = request.user.scope, association.code
    actions = []
    if scope.covers(Permission.EDIT_RECORDS, code):
        edit_url = reverse("records:associations_edit", args=[association.pk])
        actions.append(Action(label="修改", url=edit_url, icon="edit", kind="primary"))
        is_established = association.established_on is not None and association.dissolved_on is None
        if is_established:
            actions.append(_action("登记撤销", "dissolve", code))
        elif association.due_until is None:
            actions.append(_action("登记成立", "establish", code, icon="plus"))
        if association.level != Level.UNIT:
            actions.append(_action("新建单位协会", "found_unit", code))
    if scope.is_above(Permission.EDIT_RECORDS, code):
        actions.append(_action("更名", "rename", code))
        if association.level != Level.UNIT:
            names = (("变更代码", "recode"), ("合并", "merge"), ("析出", "split"))
            actions += [_action(label, name, code) for label, name in names]
    return actions


def _action(label: str, name: str, code: str, *, icon: str = "") -> Action:
    return Action(
        label=label,
        url=reverse(f"associations:{name}", args=[code]),
        icon=icon,
        kind="primary" if icon else "plain",
    )
