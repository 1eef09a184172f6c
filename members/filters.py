from datetime import date

from django.db.models import Q, QuerySet

from associations.enums import Body, Constituency, Employment, Post
from portal.records.filters import AnyChoiceFilter, DayFilter, RecordFilters, TextFilter

from .enums import Education, FamilyKind, MemberCategory, MemberKind, PoliticalStatus, Sex, Skill
from .models import MemberOrganisation, Person
from .models.council import AppointmentQuerySet
from .models.family import FamilyQuerySet
from .models.membership import MembershipQuerySet
from .models.volunteer import VolunteerQuerySet
from .queries import named


class PersonFilters(RecordFilters):
    q = TextFilter(label="姓名或拼音", method="keep_named")
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
        # Narrowed to the reader's own rows already, like memberships.
        return rows.filter(person__in=Person.objects.scoped().filter(named(value))) if value else rows

    def keep_in_office(self, rows: AppointmentQuerySet, name: str, value: date) -> AppointmentQuerySet:
        return rows.in_office(on=value)


class NamedFilters(RecordFilters):
    q = TextFilter(label="名称", field_name="name", lookup_expr="contains")


class MembershipFilters(RecordFilters):
    q = TextFilter(label="姓名或拼音", method="keep_named")
    kind = AnyChoiceFilter(label="会员类型", choices=MemberKind.choices)
    category = AnyChoiceFilter(label="会员类别", choices=MemberCategory.choices)
    is_key_member = AnyChoiceFilter(label="骨干会员", choices=[("true", "是"), ("false", "否")])
    on = DayFilter(label="在册日期", method="keep_on_roll")

    def keep_named(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if not value:
            return rows
        people = Person.objects.scoped().filter(named(value))
        organisations = MemberOrganisation.objects.scoped().filter(name__contains=value)
        # Narrowed to the reader's own rows already: whose person it is adds nothing to what they see.
        return rows.filter(Q(person__in=people) | Q(organisation__in=organisations))

    def keep_on_roll(self, rows: MembershipQuerySet, name: str, value: date) -> QuerySet:
        return rows.on_roll(on=value)


class VolunteerFilters(RecordFilters):
    q = TextFilter(label="姓名", field_name="person__name", lookup_expr="contains")
    skill = AnyChoiceFilter(label="专长", choices=Skill.choices, method="keep_skilled")
    on = DayFilter(label="在册日期", method="keep_registered")

    def keep_skilled(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(skills__contains=[value])

    def keep_registered(self, rows: VolunteerQuerySet, name: str, value: date) -> QuerySet:
        return rows.registered(on=value)


class FamilyFilters(RecordFilters):
    q = TextFilter(label="户主", field_name="householder", lookup_expr="contains")
    kind = AnyChoiceFilter(label="家庭类型", choices=FamilyKind.choices)
    on = DayFilter(label="在帮扶日期", method="keep_in_care")

    def keep_in_care(self, rows: FamilyQuerySet, name: str, value: date) -> QuerySet:
        return rows.in_care(on=value)
