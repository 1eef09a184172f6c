"""The record types of terms and sessions."""

from operator import attrgetter

from django.urls import reverse

from associations.enums import Body
from members.filters import SessionFilters, TermFilters
from members.forms import SessionForm, TermForm
from members.models import Session, Term
from members.rules import session_name
from portal.accounts.roles import Permission
from portal.lib.page_parts import Action
from portal.lib.spreadsheet import Kind
from portal.records import columns
from portal.records.registry import register
from portal.records.types import Column, RecordType


def council_link(association_path: str):
    code_of = attrgetter(f"{association_path}.code")

    def links(record) -> list[Action]:
        return [
            Action(
                label="查看理事会", url=reverse("oversight:council", args=[code_of(record)]), icon="council"
            )
        ]

    return links


TERMS = RecordType(
    slug="terms",
    model=Term,
    related=("association",),
    columns=(
        Column(name="term", label="届次", read=lambda term: f"第{term.number}届"),
        *columns.place(),
        columns.day("congress_on", "会员代表大会日期"),
        columns.day("starts_on", "开始日期"),
        columns.day("ends_on", "结束日期"),
    ),
    order="code",
    filters=TermFilters,
    form=TermForm,
    children=("appointments",),
    form_creates=False,
    note="新的一届在各协会的“理事会”页登记换届",
    links=council_link("association"),
)

SESSIONS = RecordType(
    slug="sessions",
    model=Session,
    related=("term__association",),
    columns=(
        Column(
            name="session",
            label="会议",
            read=lambda held: session_name(
                term=held.term.number,
                body=Body(held.body),
                number=held.number,
                is_enlarged=held.is_enlarged,
            ),
        ),
        *columns.place("term.association"),
        columns.day("starts_on", "开始日期"),
        columns.day("ends_on", "结束日期"),
        columns.text("place", "地点"),
        Column(name="expected", label="应到人数", read=attrgetter("expected_count"), kind=Kind.INTEGER),
        Column(name="attended", label="实到人数", read=attrgetter("attended_count"), kind=Kind.INTEGER),
        columns.text("agenda", "议程", is_shown=False),
        columns.text("resolutions", "决议", is_shown=False),
    ),
    order="code",
    filters=SessionFilters,
    form=SessionForm,
    bulk_fields=("place",),
    # They name people.
    readers={"agenda": Permission.VIEW_PEOPLE, "resolutions": Permission.VIEW_PEOPLE},
    form_creates=False,
    note="新的会议在各协会的“理事会”页登记",
    links=council_link("term.association"),
)

register(TERMS, SESSIONS)
