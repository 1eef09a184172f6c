"""The record type of policy documents; new ones are registered on the pages of `associations.policies`."""

from django.urls import reverse

from associations.models import PolicyDocument
from associations.policies import actions
from associations.policies.filters import PolicyFilters
from associations.policies.forms import DocumentCorrectionForm
from associations.policies.page import tabs_of
from portal.accounts.roles import Permission
from portal.records import columns
from portal.records.registry import register
from portal.records.types import RecordType


def page_of(document: PolicyDocument) -> str:
    return reverse("policies:detail", args=[document.pk])


POLICIES = RecordType(
    slug="policies",
    model=PolicyDocument,
    related=("issuer", "file"),
    columns=(
        columns.text("title", "标题"),
        columns.text("document_number", "文号", path="number"),
        columns.text("issued_by", "发文机关"),
        *columns.place("issuer", label="发文地区"),
        columns.day("dated_on", "成文日期"),
        columns.day("printed_on", "印发日期", is_shown=False),
        columns.day("published_on", "发布日期", is_shown=False),
        columns.choice("issue", "发文方式", is_shown=False),
        columns.choice("visibility", "公开范围"),
        columns.file("file", "附件", is_shown=False),
        columns.text("remark", "备注", is_shown=False),
    ),
    order="code",
    filters=PolicyFilters,
    form=DocumentCorrectionForm,
    edit_permission=Permission.MANAGE_POLICIES,
    form_creates=False,
    note="用于导出和查阅；新文件在“政策文件”页登记",
    write=actions.correct_document,
    own_page=page_of,
    own_tabs=tabs_of,
)

register(POLICIES)
