"""Organisations from files: a row is an organisation and its membership."""

from collections.abc import Iterable, Sequence

from members.enums import MemberCategory, MemberKind
from members.models import MemberOrganisation, Membership
from portal.lib.credit_codes import CreditCodeError, read_credit_code
from portal.lib.findings import Finding
from portal.lib.tables.cells import Value, unreadable
from portal.records.importing import columns
from portal.records.importing.lines import Draft, Line
from portal.records.importing.plans import Context
from portal.records.importing.types import ImportColumn, ImportType

from .memberships import Rolls
from .placed import PlacedPlan


def as_credit_code(value: Value) -> str | Finding | None:
    try:
        return None if value is None else read_credit_code(value)
    except CreditCodeError as error:
        return unreadable(str(error).rstrip("。"))


class OrganisationPlan(PlacedPlan):
    model = MemberOrganisation
    fields = ("credit_code", "contact_name", "phone")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.rolls = Rolls(context, "organisation")

    def look_up(self, lines: Sequence[Line]) -> None:
        super().look_up(lines)
        keys = [record.pk for records in self.by_name.values() for record in records]
        self.rolls.look_up(keys, lines)

    def drafts(self, line: Line) -> Iterable[Draft]:
        record = self.found(line)
        drafts = tuple(super().drafts(line))
        if line.faults:
            return ()
        organisation = record or drafts[0].record
        values = {name: line.values[name] for name in ("category", "is_key_member")}
        membership = self.rolls.draft(
            line, organisation, values=values, kind=MemberKind.ORGANISATION, is_changed=False
        )
        return (*drafts, *membership)


ORGANISATIONS = ImportType(
    slug="organisations",
    label="团体会员",
    columns=(
        columns.code(),
        columns.text(MemberOrganisation, "name", header="团体名称", example="某某纺织厂", is_required=True),
        ImportColumn(
            name="credit_code",
            header="统一社会信用代码",
            read=as_credit_code,
            form="文本，18位",
            example="91350100M000100Y43",
        ),
        columns.text(MemberOrganisation, "contact_name", example="王某某"),
        columns.text(MemberOrganisation, "phone", example="13812345678"),
        columns.choice("category", "会员类别", MemberCategory, note="不填时为其他"),
        columns.flag("is_key_member", "骨干会员", note="不填时为否"),
        columns.day("joined_on", "入会日期", is_required=True),
    ),
    plan=OrganisationPlan,
    models=(MemberOrganisation, Membership),
    key="同一协会中名称相同的是同一个团体；入会日期相同的是同一次会籍，否则改正尚未退会的那一次",
)
