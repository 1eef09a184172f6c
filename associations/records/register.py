"""The record types of associations, their staff and their changes of code and name."""

from django.urls import reverse

from associations.models import Association, Staffing, Succession
from associations.permissions import PERSONAL_FIELDS
from associations.register import actions
from associations.register.filters import AssociationFilters, StaffingFilters, SuccessionFilters
from associations.register.forms import AssociationForm
from associations.register.page_head import tabs_of
from portal.accounts.roles import Permission
from portal.lib.page_parts import Action
from portal.records import columns
from portal.records.forms import form_of
from portal.records.registry import register
from portal.records.types import Column, Ending, RecordType


def page_of(association: Association) -> str:
    return reverse("associations:detail", args=[association.code])


def owner_link(record: Staffing | Succession) -> list[Action]:
    return [Action(label="查看协会", url=page_of(record.association), icon="register")]


ASSOCIATIONS = RecordType(
    slug="associations",
    model=Association,
    related=("parent",),
    columns=(
        columns.text("code", "代码", sort="code"),
        columns.text("name", "名称"),
        columns.text("short_name", "简称", is_shown=False),
        columns.choice("level", "层级"),
        columns.choice("kind", "类别"),
        Column(name="parent", label="上级", read=lambda row: row.parent.short_name if row.parent else ""),
        columns.day("established_on", "成立日期"),
        columns.day("dissolved_on", "撤销日期", is_shown=False),
        columns.day("due_from", "应建起始", is_shown=False),
        columns.day("due_until", "应建截止", is_shown=False),
        columns.text("address", "地址", is_shown=False),
        columns.text("phone", "电话"),
        columns.text("legal_representative", "法定代表人"),
        columns.text("host_body", "日常工作承担单位", is_shown=False),
        columns.choice("party_organisation", "党组织"),
        columns.text("home_place", "流出地", is_shown=False),
        columns.text("host_place", "驻地", is_shown=False),
    ),
    order="code",
    filters=AssociationFilters,
    form=AssociationForm,
    readers=dict.fromkeys(PERSONAL_FIELDS, Permission.VIEW_PEOPLE),
    bulk_fields=("address", "phone", "legal_representative", "host_body", "party_organisation"),
    form_creates=False,
    note="用于导出和批量修改；代码、名称、成立和撤销在各协会的页面办理",
    write=actions.correct,
    children=("function-transfers", "venues", "partner-units"),
    own_page=page_of,
    own_tabs=tabs_of,
)

STAFFING = RecordType(
    slug="staffing",
    model=Staffing,
    related=("association",),
    columns=(
        columns.choice("establishment", "编制"),
        columns.choice("employment", "用工形式"),
        columns.yes_no("is_mixed", "混编混岗"),
        columns.number("headcount", "人数"),
        columns.day("starts_on", "起始日期"),
        columns.day("ends_on", "截止日期"),
        *columns.place(),
    ),
    order="code",
    filters=StaffingFilters,
    form=form_of(Staffing, "establishment", "employment", "is_mixed", "headcount", "starts_on", "ends_on"),
    parents=("association",),
    ending=Ending(label="终止", fields=("ends_on",)),
    deletes=True,
    links=owner_link,
)

SUCCESSIONS = RecordType(
    slug="successions",
    model=Succession,
    related=("association", "other"),
    columns=(
        columns.day("on", "生效日期", sort="on"),
        columns.choice("kind", "类型"),
        columns.text("old_code", "原代码"),
        columns.text("old_name", "原名称"),
        columns.text("new_code", "新代码"),
        columns.text("new_name", "新名称"),
        columns.text("document_number", "依据文号"),
        *columns.place(label="现协会"),
    ),
    order="-on",
    filters=SuccessionFilters,
    form_creates=False,
    parents=("association",),
    note="更名、变更代码、合并和析出由上级协会在该协会的页面办理，登记后不能修改",
    links=owner_link,
)

register(ASSOCIATIONS, STAFFING, SUCCESSIONS)
