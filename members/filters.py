from django.db.models import QuerySet

from associations.enums import Body
from portal.records.filters import AnyChoiceFilter, DayFilter, RecordFilters, TextFilter

from .enums import Education, PoliticalStatus, Sex
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
