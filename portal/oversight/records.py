"""The record type of supervision notices: a list and its exports; each notice has a page of its own."""

from operator import attrgetter
from typing import cast

from django.db.models import Model
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.page_parts import Action
from portal.records import columns
from portal.records.registry import register
from portal.records.types import Column, RecordType

from .models import SupervisionNotice
from .notice_words import state_words
from .supervision.filters import SupervisionNoticeFilters


def state_of(record: Model) -> str:
    return state_words(cast(SupervisionNotice, record))


def new_notices(user: User) -> list[Action]:
    if not user.scope.may(Permission.EDIT_RECORDS):
        return []
    return [
        Action(label="登记督办", url=reverse("oversight:notice_new"), icon="plus", kind="primary"),
        Action(label="建议督办", url=reverse("oversight:proposals")),
    ]


SUPERVISION_NOTICES = RecordType(
    slug="supervision-notices",
    model=SupervisionNotice,
    related=("association", "issuer"),
    columns=(
        Column(name="subject", label="督办事项", read=attrgetter("subject")),
        *columns.place(label="被督办协会"),
        Column(name="state", label="状态", read=state_of),
        columns.day("due_on", "回复期限"),
        columns.text("document_number", "文号"),
        columns.day("issued_on", "发出日期"),
        columns.text("issuer", "督办协会", path="issuer.name"),
        columns.text("finding", "发现的问题", is_shown=False),
        columns.key(),
    ),
    order="-number",
    filters=SupervisionNoticeFilters,
    form_creates=False,
    told=("subject", "state", "due_on", "document_number", "issued_on"),
    note="本级发出的和针对本级及下级的督办；尚未发文的只有督办协会看到",
    own_page=lambda notice: reverse("oversight:notice", args=[notice.pk]),
    list_links=new_notices,
)

register(SUPERVISION_NOTICES)
