"""Families in care from files; nothing that is on record is shown, so no look is put on record."""

from members.enums import FamilyKind
from members.models import Family
from portal.accounts.roles import Permission
from portal.records.importing import columns
from portal.records.importing.types import ImportType

from .placed import PlacedPlan


class FamilyPlan(PlacedPlan):
    model = Family
    name_field = "householder"
    fields = ("kind", "address", "phone", "needs", "starts_on")
    tie = "phone"
    ends_field = "ends_on"


FAMILIES = ImportType(
    slug="families",
    label="帮扶家庭",
    columns=(
        columns.code(),
        columns.text(Family, "householder", example="王某某", is_required=True),
        columns.choice("kind", "家庭类型", FamilyKind, is_required=True),
        columns.text(Family, "address", example="某镇某村1号"),
        columns.text(Family, "phone", example="13812345678"),
        columns.text(Family, "needs", example="需要定期走访"),
        columns.day("starts_on", "建档日期", is_required=True),
    ),
    plan=FamilyPlan,
    models=(Family,),
    key="同一协会中户主相同的是同一个家庭，仍有多个时再看电话；已退出帮扶的家庭按新的建档日期重新建档",
    edit_permission=Permission.EDIT_FAMILIES,
)
