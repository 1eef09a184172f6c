"""The record types of volunteers: application, contract, training, service, rating."""

from operator import attrgetter

from members import volunteer_actions
from members.enums import Skill
from members.filters import VolunteerFilters
from members.forms import ServiceForm, VolunteerForm
from members.models import (
    ServiceRecord,
    Volunteer,
    VolunteerContract,
    VolunteerRating,
    VolunteerTraining,
)
from portal.accounts.models import User
from portal.records import columns
from portal.records.filters import DatedFilters, RecordFilters
from portal.records.forms import form_of
from portal.records.registry import register
from portal.records.types import Column, Ending, RecordType

OWNER = (
    Column(name="volunteer", label="志愿者", read=attrgetter("volunteer.person.name")),
    *columns.place("volunteer.association"),
)
OWNED = ("volunteer__association", "volunteer__person__association")


def record_service(service: ServiceRecord, *, by: User) -> ServiceRecord:
    return volunteer_actions.record_service(
        volunteer=service.volunteer, on=service.on, hours=service.hours, content=service.content, by=by
    )


VOLUNTEERS = RecordType(
    slug="volunteers",
    model=Volunteer,
    related=("association", "person__association"),
    columns=(
        Column(name="person", label="姓名", read=attrgetter("person.name")),
        Column(
            name="skills",
            label="专长",
            read=lambda record: "、".join(str(Skill(skill).label) for skill in record.skills),
        ),
        columns.day("applied_on", "申请日期"),
        columns.day("registered_on", "注册日期"),
        columns.day("ends_on", "退出日期"),
        columns.text("end_reason", "未通过或退出原因", is_shown=False),
        *columns.place(),
    ),
    order="code",
    filters=VolunteerFilters,
    form=VolunteerForm,
    parents=("person",),
    start="members:find_person",
    children=("contracts", "trainings", "services", "ratings"),
    ending=Ending(label="退出", fields=("ends_on", "end_reason")),
)

CONTRACTS = RecordType(
    slug="contracts",
    model=VolunteerContract,
    related=OWNED,
    columns=(
        columns.text("number", "协议编号"),
        columns.day("starts_on", "起始日期"),
        columns.day("ends_on", "截止日期"),
        *OWNER,
    ),
    order="code",
    filters=RecordFilters,
    form=form_of(VolunteerContract, "number", "starts_on", "ends_on"),
    parents=("volunteer",),
    ending=Ending(label="终止", fields=("ends_on",)),
    deletes=True,
)

TRAININGS = RecordType(
    slug="trainings",
    model=VolunteerTraining,
    related=OWNED,
    columns=(
        columns.text("subject", "培训内容"),
        columns.day("on", "结业日期"),
        columns.decimal("hours", "学时"),
        *OWNER,
    ),
    order="code",
    filters=DatedFilters,
    form=form_of(VolunteerTraining, "subject", "on", "hours"),
    parents=("volunteer",),
    deletes=True,
)

SERVICES = RecordType(
    slug="services",
    model=ServiceRecord,
    related=OWNED,
    columns=(
        columns.day("on", "服务日期", sort="on"),
        columns.decimal("hours", "服务时长(小时)"),
        columns.text("content", "服务内容"),
        *OWNER,
    ),
    order="-on",
    filters=DatedFilters,
    form=ServiceForm,
    parents=("volunteer",),
    make=record_service,
    deletes=True,
)

RATINGS = RecordType(
    slug="ratings",
    model=VolunteerRating,
    related=OWNED,
    columns=(
        columns.number("year", "年度"),
        columns.number("stars", "星级"),
        columns.text("note", "评语"),
        *OWNER,
    ),
    order="code",
    filters=RecordFilters,
    form=form_of(VolunteerRating, "year", "stars", "note"),
    parents=("volunteer",),
    deletes=True,
)

register(VOLUNTEERS, CONTRACTS, TRAININGS, SERVICES, RATINGS)
