"""The record types of the rolls: memberships, organisations, groups, contact households."""

from operator import attrgetter

from django.urls import reverse

from members import membership_actions
from members.filters import HouseholdFilters, MembershipFilters, NamedFilters
from members.forms import GroupForm, MembershipForm, OrganisationForm
from members.models import ContactHousehold, HouseholdVisit, MemberGroup, MemberOrganisation, Membership
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.page_parts import Action
from portal.records import columns
from portal.records.filters import DatedFilters
from portal.records.forms import form_of
from portal.records.registry import register
from portal.records.types import Column, Ending, RecordType


def join(membership: Membership, *, by: User) -> Membership:
    return membership_actions.join(
        association=membership.association,
        member=membership.person or membership.organisation,
        joined_on=membership.joined_on,
        by=by,
        category=membership.category,
        is_key_member=membership.is_key_member,
    )


def leave(membership: Membership, *, values: dict, seen: int, by: User) -> None:
    membership_actions.leave(
        membership=membership,
        left_on=values["left_on"],
        reason=values["leave_reason"],
        by=by,
        seen=seen,
    )


def links_for(membership: Membership, user: User) -> list[Action]:
    if membership.left_on or not user.scope.covers(Permission.EDIT_RECORDS, membership.association.code):
        return []
    return [
        Action(label="转会", url=reverse("members:transfer", args=[membership.pk])),
        Action(label="申请转出", url=reverse("members:request_new", args=[membership.pk])),
    ]


MEMBERSHIPS = RecordType(
    slug="memberships",
    model=Membership,
    related=("association", "person__association", "organisation__association", "group__association"),
    columns=(
        Column(name="member", label="会员", read=lambda record: str(record.person or record.organisation)),
        columns.choice("kind", "会员类型"),
        columns.choice("category", "会员类别"),
        columns.yes_no("is_key_member", "骨干会员"),
        Column(name="group", label="会员小组", read=lambda record: record.group.name if record.group else ""),
        columns.day("joined_on", "入会日期", sort="joined_on"),
        columns.day("left_on", "退会日期"),
        columns.choice("leave_reason", "退会原因", is_shown=False),
        *columns.place(),
    ),
    order="-joined_on",
    filters=MembershipFilters,
    form=MembershipForm,
    parents=("person", "organisation"),
    also_under=("group",),
    children=("households",),
    make=join,
    ending=Ending(label="退会", fields=("left_on", "leave_reason"), write=leave),
    bulk_fields=("category", "is_key_member"),
    bulk_pages=(("转会", "members:transfer_many"),),
    links_for=links_for,
    start="members:find_person",
    note="团体会员在团体的详情页登记",
)

ORGANISATIONS = RecordType(
    slug="organisations",
    model=MemberOrganisation,
    related=("association",),
    columns=(
        columns.text("name", "名称"),
        columns.text("credit_code", "统一社会信用代码"),
        columns.text("contact_name", "联系人"),
        columns.masked("phone", "电话", is_shown=False),
        *columns.place(label="登记协会"),
    ),
    order="code",
    filters=NamedFilters,
    form=OrganisationForm,
    children=("memberships",),
    deletes=True,
)

GROUPS = RecordType(
    slug="groups",
    model=MemberGroup,
    related=("association", "leader__association"),
    columns=(
        columns.text("name", "名称"),
        columns.day("starts_on", "成立日期"),
        columns.day("ends_on", "撤销日期"),
        *columns.place(),
    ),
    order="code",
    filters=NamedFilters,
    form=GroupForm,
    children=("memberships",),
    ending=Ending(label="撤销", fields=("ends_on",)),
    deletes=True,
)


def rights_link(record) -> list[Action]:
    return [Action(label="个人信息请求", url=reverse("privacy:households_rights", args=[record.pk]))]


HOUSEHOLDS = RecordType(
    slug="households",
    model=ContactHousehold,
    related=(
        "membership__association",
        "membership__person__association",
        "membership__organisation__association",
    ),
    columns=(
        columns.text("householder", "户主"),
        Column(name="membership", label="联系会员", read=lambda record: str(record.membership)),
        columns.masked("address", "住址"),
        columns.masked("phone", "电话", is_shown=False),
        columns.day("starts_on", "联系起始"),
        columns.day("ends_on", "联系截止"),
        *columns.place("membership.association"),
        columns.key(),
    ),
    order="-number",
    filters=HouseholdFilters,
    form=form_of(ContactHousehold, "householder", "address", "phone", "starts_on"),
    parents=("membership",),
    children=("household-visits",),
    ending=Ending(label="结束联系", fields=("ends_on",)),
    deletes=True,
    links=rights_link,
)

HOUSEHOLD_VISITS = RecordType(
    slug="household-visits",
    model=HouseholdVisit,
    related=("household__membership__association",),
    columns=(
        columns.day("on", "走访日期", sort="on"),
        Column(name="household", label="联系户", read=attrgetter("household.householder")),
        columns.text("note", "走访情况"),
        *columns.place("household.membership.association"),
    ),
    order="-on",
    filters=DatedFilters,
    form=form_of(HouseholdVisit, "on", "note"),
    parents=("household",),
    deletes=True,
)

register(MEMBERSHIPS, ORGANISATIONS, GROUPS, HOUSEHOLDS, HOUSEHOLD_VISITS)
