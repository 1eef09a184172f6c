"""The record type of appointments; who enters and leaves is recorded with the session that decides it."""

from operator import attrgetter

from members import actions
from members.filters import AppointmentFilters
from members.forms import AppointmentForm
from members.models import Appointment
from portal.records import columns
from portal.records.registry import register
from portal.records.types import Column, RecordType

from .councils import council_link

APPOINTMENTS = RecordType(
    slug="appointments",
    model=Appointment,
    related=("person__association", "term__association"),
    columns=(
        Column(name="person", label="姓名", read=attrgetter("person.name")),
        columns.choice("post", "职务"),
        *columns.place("term.association"),
        Column(name="term", label="届次", read=lambda seat: f"第{seat.term.number}届"),
        columns.choice("constituency", "代表类别"),
        columns.choice("employment", "任职形式"),
        columns.text("office_held", "所任其他职务"),
        columns.day("starts_on", "任职日期"),
        columns.day("ends_on", "卸任日期"),
        columns.choice("entry", "产生方式", is_shown=False),
        columns.choice("exit", "卸任原因", is_shown=False),
    ),
    order="code",
    filters=AppointmentFilters,
    form=AppointmentForm,
    form_creates=False,
    parents=("person", "term"),
    note="任职和卸任在各协会的“理事会”页随会议登记；这里查询、导出，并更正登记错误",
    write=actions.correct_seat,
    links=council_link("term.association"),
)

register(APPOINTMENTS)
