from datetime import date

from django.db.models import QuerySet

from associations.enums import Body, Constituency, Employment, Post
from portal.records.filters import (
    AnyChoiceFilter,
    DatedFilters,
    DayFilter,
    RecordFilters,
    TextFilter,
    YesNoFilter,
)

from .enums import Education, FamilyKind, MemberCategory, MemberKind, PoliticalStatus, Sex, Skill
from .models import Person
from .models.council import AppointmentQuerySet
from .models.family import FamilyQuerySet
from .models.membership import MembershipQuerySet
from .models.volunteer import VolunteerQuerySet
from .queries import members_named, named, named_in_reach

# Two characters inside a name have no index that finds them among millions.
BEGINNING_OF_NAME = "从姓名第一个字起查"
BEGINNING = f"{BEGINNING_OF_NAME}，或拼音首字母"


class PersonFilters(RecordFilters):
    q = TextFilter(label="姓名或拼音", help_text=BEGINNING, method="keep_named")
    sex = AnyChoiceFilter(label="性别", choices=Sex.choices)
    political_status = AnyChoiceFilter(label="政治面貌", choices=PoliticalStatus.choices)
    education = AnyChoiceFilter(label="学历", choices=Education.choices)

    def keep_named(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(named(value)) if value else rows


class TermFilters(RecordFilters):
    congress_from = DayFilter(label="大会日期自", field_name="congress_on", lookup_expr="gte")
    congress_to = DayFilter(label="至", field_name="congress_on", lookup_expr="lte")


class SessionFilters(RecordFilters):
    body = AnyChoiceFilter(label="机构", choices=Body.choices)
    held_from = DayFilter(label="召开日期自", field_name="starts_on", lookup_expr="gte")
    held_to = DayFilter(label="至", field_name="starts_on", lookup_expr="lte")


class AppointmentFilters(RecordFilters):
    q = TextFilter(label="姓名或拼音", method="keep_named")
    post = AnyChoiceFilter(label="职务", choices=Post.choices)
    constituency = AnyChoiceFilter(label="代表类别", choices=Constituency.choices)
    employment = AnyChoiceFilter(label="任职形式", choices=Employment.choices)
    on = DayFilter(label="在任日期", method="keep_in_office")

    def keep_named(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        # By people in reach only: a name that the list does not tell must not be found out by asking for it.
        people = Person.objects.visible_to(self.reader)
        return rows.filter(person__in=people.filter(named(value))) if value else rows

    def keep_in_office(self, rows: AppointmentQuerySet, name: str, value: date) -> AppointmentQuerySet:
        return rows.in_office(on=value)


class NamedFilters(RecordFilters):
    q = TextFilter(label="名称", field_name="name", lookup_expr="contains")


class MembershipFilters(RecordFilters):
    q = TextFilter(label="姓名或拼音", help_text=BEGINNING, method="keep_named")
    kind = AnyChoiceFilter(label="会员类型", choices=MemberKind.choices)
    category = AnyChoiceFilter(label="会员类别", choices=MemberCategory.choices)
    is_key_member = YesNoFilter(label="骨干会员")
    on = DayFilter(label="在册日期", method="keep_on_roll")

    def keep_named(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if len(value) == 1:
            # A surname: so many people that the list is walked in its order; organisations are not meant.
            return rows.filter(named_in_reach(value, user=self.reader, of="person__"))
        return rows.filter(pk__in=members_named(value, user=self.reader)) if value else rows

    def keep_on_roll(self, rows: MembershipQuerySet, name: str, value: date) -> QuerySet:
        return rows.on_roll(on=value)


class VolunteerFilters(RecordFilters):
    q = TextFilter(label="姓名或拼音", help_text=BEGINNING, method="keep_named")
    skill = AnyChoiceFilter(label="专长", choices=Skill.choices, method="keep_skilled")
    on = DayFilter(label="在册日期", method="keep_registered")

    def keep_named(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(named_in_reach(value, user=self.reader, of="person__")) if value else rows

    def keep_skilled(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(skills__contains=[value])

    def keep_registered(self, rows: VolunteerQuerySet, name: str, value: date) -> QuerySet:
        return rows.registered(on=value)


class FamilyFilters(RecordFilters):
    q = TextFilter(
        label="户主", help_text=BEGINNING_OF_NAME, field_name="householder", lookup_expr="startswith"
    )
    kind = AnyChoiceFilter(label="家庭类型", choices=FamilyKind.choices)
    on = DayFilter(label="在帮扶日期", method="keep_in_care")

    def keep_in_care(self, rows: FamilyQuerySet, name: str, value: date) -> QuerySet:
        return rows.in_care(on=value)


class HouseholdFilters(DatedFilters):
    q = TextFilter(
        label="户主", help_text=BEGINNING_OF_NAME, field_name="householder", lookup_expr="startswith"
    )
