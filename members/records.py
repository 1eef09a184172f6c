"""The record types of the people and councils."""

from operator import attrgetter, methodcaller

from django.urls import reverse

from associations.enums import Body
from portal.lib.masks import mask_phone
from portal.lib.page_parts import Action
from portal.lib.spreadsheet import Kind
from portal.records.registry import register
from portal.records.types import Column, RecordType

from .filters import PersonFilters, SessionFilters, TermFilters
from .forms import PersonForm, SessionForm, TermForm
from .models import Person, Session, Term
from .rules import session_name


def place_columns(path: str) -> tuple[Column, ...]:
    """Name the association of a record and its code; the code sorts, along the index of the register."""
    return (
        Column(name="association", label="协会", read=attrgetter(f"{path}.name")),
        Column(
            name="code",
            label="协会代码",
            read=attrgetter(f"{path}.code"),
            sort=f"{path.replace('.', '__')}__code",
        ),
    )


def council_link(association_path: str):
    code_of = attrgetter(f"{association_path}.code")

    def links(record) -> list[Action]:
        return [
            Action(
                label="查看理事会", url=reverse("oversight:council", args=[code_of(record)]), icon="council"
            )
        ]

    return links


PEOPLE = RecordType(
    slug="people",
    model=Person,
    related=("association",),
    columns=(
        Column(name="name", label="姓名", read=attrgetter("name"), sort="name_key"),
        Column(name="sex", label="性别", read=methodcaller("get_sex_display")),
        Column(name="born_on", label="出生日期", read=attrgetter("born_on"), kind=Kind.DATE),
        Column(name="ethnicity", label="民族", read=attrgetter("ethnicity"), is_shown=False),
        Column(name="political_status", label="政治面貌", read=methodcaller("get_political_status_display")),
        Column(name="education", label="学历", read=methodcaller("get_education_display"), is_shown=False),
        Column(name="workplace", label="工作单位", read=attrgetter("workplace")),
        Column(name="title", label="单位职务", read=attrgetter("title")),
        Column(name="phone", label="电话", read=lambda person: mask_phone(person.phone), is_shown=False),
        *place_columns("association"),
    ),
    order="code",
    filters=PersonFilters,
    form=PersonForm,
    derived=("name_key",),
    masks={"phone": mask_phone},
    bulk_fields=("ethnicity", "political_status", "education", "workplace", "title"),
)

TERMS = RecordType(
    slug="terms",
    model=Term,
    related=("association",),
    columns=(
        Column(name="term", label="届次", read=lambda term: f"第{term.number}届"),
        *place_columns("association"),
        Column(name="congress_on", label="会员代表大会日期", read=attrgetter("congress_on"), kind=Kind.DATE),
        Column(name="starts_on", label="开始日期", read=attrgetter("starts_on"), kind=Kind.DATE),
        Column(name="ends_on", label="结束日期", read=attrgetter("ends_on"), kind=Kind.DATE),
    ),
    order="code",
    filters=TermFilters,
    form=TermForm,
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
        *place_columns("term.association"),
        Column(name="starts_on", label="开始日期", read=attrgetter("starts_on"), kind=Kind.DATE),
        Column(name="ends_on", label="结束日期", read=attrgetter("ends_on"), kind=Kind.DATE),
        Column(name="place", label="地点", read=attrgetter("place")),
        Column(name="expected", label="应到人数", read=attrgetter("expected_count"), kind=Kind.INTEGER),
        Column(name="attended", label="实到人数", read=attrgetter("attended_count"), kind=Kind.INTEGER),
        Column(name="agenda", label="议程", read=attrgetter("agenda"), is_shown=False),
        Column(name="resolutions", label="决议", read=attrgetter("resolutions"), is_shown=False),
    ),
    order="code",
    filters=SessionFilters,
    form=SessionForm,
    bulk_fields=("place",),
    form_creates=False,
    note="新的会议在各协会的“理事会”页登记",
    links=council_link("term.association"),
)

register(PEOPLE, TERMS, SESSIONS)
