"""The record type of partner units; the contact person is named to those who may see people."""

from portal.accounts.roles import Permission
from portal.records import columns
from portal.records.registry import register
from portal.records.types import Ending, RecordType
from tasks.filters import PartnerUnitFilters
from tasks.forms import PartnerUnitForm
from tasks.models import PartnerUnit

PARTNER_UNITS = RecordType(
    slug="partner-units",
    model=PartnerUnit,
    related=("association",),
    columns=(
        columns.text("name", "单位名称"),
        columns.choice("kind", "单位类型"),
        columns.text("does", "合作内容"),
        columns.day("starts_on", "协议起始日期"),
        columns.day("ends_on", "协议截止日期"),
        columns.text("credit_code", "统一社会信用代码", is_shown=False),
        columns.text("contact_name", "联系人", is_shown=False),
        columns.masked("phone", "联系电话", is_shown=False),
        *columns.place(),
        columns.key(),
    ),
    order="code",
    filters=PartnerUnitFilters,
    form=PartnerUnitForm,
    readers={"contact_name": Permission.VIEW_PEOPLE},
    parents=("association",),
    bulk_fields=("kind", "ends_on"),
    ending=Ending(label="终止合作", fields=("ends_on",)),
    deletes=True,
)

register(PARTNER_UNITS)
