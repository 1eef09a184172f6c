"""Member groups from files."""

from members.models import MemberGroup
from portal.records.importing import columns
from portal.records.importing.types import ImportType

from .placed import PlacedPlan, in_order


class GroupPlan(PlacedPlan):
    model = MemberGroup
    fields = ("starts_on",)

    def drafts(self, line):
        drafts = super().drafts(line)
        for draft in drafts:
            in_order(line, MemberGroup, starts_on=draft.record.starts_on, ends_on=draft.record.ends_on)
        return drafts


GROUPS = ImportType(
    slug="groups",
    label="会员小组",
    columns=(
        columns.code(),
        columns.text(MemberGroup, "name", example="第一会员小组", is_required=True),
        columns.day("starts_on", "成立日期", is_required=True),
    ),
    plan=GroupPlan,
    models=(MemberGroup,),
    key="同一协会中名称相同的是同一个小组",
)
