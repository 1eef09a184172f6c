"""The record type of people."""

from django.urls import reverse

from members.filters import PersonFilters
from members.identity import duplicates_of, id_number_of, readable_id_number
from members.merging.queries import merged_person
from members.models import Person
from members.person_actions import correct_person, register_person
from members.person_form import PersonForm
from portal.accounts.models import User
from portal.lib.page_parts import Action
from portal.records import columns
from portal.records.registry import register
from portal.records.types import RecordType


def search_link(user: User) -> list[Action]:
    return [Action(label="按姓名或身份证号查找", url=reverse("members:find_person"), icon="search")]


def links_for(person: Person, user: User) -> list[Action]:
    count = len(duplicates_of(person, user=user))
    label = f"疑似重复 {count}" if count else "查重合并"
    return [Action(label=label, url=reverse("members:lookalikes", args=[person.pk]))]


def forward(key: int, user: User) -> str:
    merged = merged_person(user, key)
    return reverse("members:merged", args=[merged.pk]) if merged else ""


def rights_link(record) -> list[Action]:
    return [Action(label="个人信息请求", url=reverse("privacy:people_rights", args=[record.pk]))]


PEOPLE = RecordType(
    slug="people",
    model=Person,
    related=("association",),
    columns=(
        columns.text("name", "姓名", sort="name_key"),
        columns.choice("sex", "性别"),
        columns.day("born_on", "出生日期"),
        columns.text("ethnicity", "民族", is_shown=False),
        columns.choice("political_status", "政治面貌"),
        columns.choice("education", "学历", is_shown=False),
        columns.text("workplace", "工作单位"),
        columns.text("title", "单位职务"),
        columns.masked("phone", "电话", is_shown=False),
        columns.masked("id_number_sealed", "身份证号", whole=readable_id_number, is_shown=False),
        *columns.place(),
    ),
    order="code",
    filters=PersonFilters,
    form=PersonForm,
    make=register_person,
    write=correct_person,
    derived=("name_key",),
    opens={"id_number_sealed": id_number_of},
    children=("appointments", "memberships", "volunteers"),
    list_links=search_link,
    links_for=links_for,
    forward=forward,
    bulk_fields=("ethnicity", "political_status", "education", "workplace", "title"),
    links=rights_link,
)

register(PEOPLE)
