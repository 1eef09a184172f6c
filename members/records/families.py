"""The record types of families in care; each look at one is on record."""

from collections.abc import Sequence
from operator import attrgetter

from django.db.models import Model
from django.urls import reverse

from members.filters import FamilyFilters
from members.forms import FamilyForm
from members.models import (
    DoctorContract,
    Family,
    FamilyContact,
    FamilyHelp,
    FamilyInsurance,
    FamilyMember,
    FamilyVisit,
    HospitalPass,
)
from portal.accounts.roles import Permission
from portal.lib.page_parts import Action
from portal.records import columns
from portal.records.filters import DatedFilters, RecordFilters
from portal.records.forms import form_of
from portal.records.registry import register
from portal.records.types import Column, Ending, RecordType


def rights_link(record) -> list[Action]:
    return [Action(label="个人信息请求", url=reverse("privacy:families_rights", args=[record.pk]))]


FAMILIES = RecordType(
    slug="families",
    model=Family,
    related=("association",),
    columns=(
        columns.text("householder", "户主"),
        columns.choice("kind", "家庭类型"),
        columns.masked("address", "住址"),
        columns.masked("phone", "电话", is_shown=False),
        columns.text("needs", "需求", is_shown=False),
        columns.day("starts_on", "建档日期", sort="starts_on"),
        columns.day("ends_on", "退出日期"),
        *columns.place(),
    ),
    order="-starts_on",
    filters=FamilyFilters,
    form=FamilyForm,
    edit_permission=Permission.EDIT_FAMILIES,
    children=(
        "family-members",
        "family-contacts",
        "doctor-contracts",
        "hospital-passes",
        "family-insurances",
        "family-visits",
        "family-help",
    ),
    ending=Ending(label="退出帮扶", fields=("ends_on", "end_reason")),
    is_sensitive=True,
    links=rights_link,
)


def below_family(
    model: type[Model],
    *shown: Column,
    slug: str,
    fields: Sequence[str],
    order: str = "code",
    ending: Ending | None = None,
) -> RecordType:
    """Declare a type whose records belong to a family and are as sensitive as it is."""
    return RecordType(
        slug=slug,
        model=model,
        related=("family__association",),
        columns=(
            *shown,
            Column(name="family", label="家庭", read=attrgetter("family.householder")),
            *columns.place("family.association"),
        ),
        order=order,
        filters=DatedFilters if "on" in fields else RecordFilters,
        form=form_of(model, *fields),
        edit_permission=Permission.EDIT_FAMILIES,
        parents=("family",),
        ending=ending,
        deletes=True,
        is_sensitive=True,
    )


SPAN = (columns.day("starts_on", "起始日期"), columns.day("ends_on", "截止日期"))
ENDS = Ending(label="终止", fields=("ends_on",))

FAMILY_MEMBERS = below_family(
    FamilyMember,
    columns.text("name", "姓名"),
    columns.choice("kinship", "家庭关系"),
    columns.choice("sex", "性别"),
    columns.day("born_on", "出生日期"),
    columns.choice("state", "状况"),
    columns.day("state_on", "状况发生日期"),
    columns.text("note", "说明", is_shown=False),
    slug="family-members",
    fields=("name", "kinship", "sex", "born_on", "state", "state_on", "note"),
)
FAMILY_CONTACTS = below_family(
    FamilyContact,
    columns.choice("duty", "岗位"),
    columns.text("name", "联系人"),
    columns.text("title", "职务"),
    columns.masked("phone", "电话"),
    *SPAN,
    slug="family-contacts",
    fields=("duty", "name", "title", "phone", "starts_on", "ends_on"),
    ending=ENDS,
)
DOCTOR_CONTRACTS = below_family(
    DoctorContract,
    columns.text("clinic", "签约机构"),
    columns.text("doctor", "签约医生"),
    columns.masked("phone", "电话"),
    *SPAN,
    slug="doctor-contracts",
    fields=("clinic", "doctor", "phone", "starts_on", "ends_on"),
    ending=ENDS,
)
HOSPITAL_PASSES = below_family(
    HospitalPass,
    columns.text("hospital", "医院"),
    columns.text("card_number", "证号"),
    *SPAN,
    slug="hospital-passes",
    fields=("hospital", "card_number", "starts_on", "ends_on"),
    ending=ENDS,
)
FAMILY_INSURANCES = below_family(
    FamilyInsurance,
    columns.text("product", "险种"),
    columns.text("insurer", "承保公司"),
    columns.number("insured_count", "参保人数"),
    columns.money("premium_fen", "保费(元)"),
    columns.money("subsidy_fen", "其中财政补贴(元)"),
    *SPAN,
    slug="family-insurances",
    fields=(
        "insurer",
        "product",
        "insured_count",
        "premium_fen",
        "subsidy_fen",
        "starts_on",
        "ends_on",
    ),
)
FAMILY_VISITS = below_family(
    FamilyVisit,
    columns.day("on", "走访日期", sort="on"),
    columns.choice("kind", "走访类型"),
    columns.text("visitor", "走访人"),
    columns.text("note", "走访情况"),
    slug="family-visits",
    fields=("kind", "on", "visitor", "note"),
    order="-on",
)
FAMILY_HELP = below_family(
    FamilyHelp,
    columns.day("on", "帮扶日期", sort="on"),
    columns.choice("kind", "帮扶方式"),
    columns.money("amount_fen", "金额(元)"),
    columns.text("source", "资金来源"),
    columns.text("note", "说明", is_shown=False),
    slug="family-help",
    fields=("kind", "on", "amount_fen", "source", "note"),
    order="-on",
)

register(
    FAMILIES,
    FAMILY_MEMBERS,
    FAMILY_CONTACTS,
    DOCTOR_CONTRACTS,
    HOSPITAL_PASSES,
    FAMILY_INSURANCES,
    FAMILY_VISITS,
    FAMILY_HELP,
)
