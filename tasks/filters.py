from datetime import date

from django.db.models import QuerySet

from portal.records.filters import AnyChoiceFilter, DayFilter, RecordFilters, TextFilter
from tasks.enums import Essential, PartnerKind, Recognition, VenueKind
from tasks.models.partner import PartnerUnitQuerySet
from tasks.models.venue import VenueQuerySet


class VenueFilters(RecordFilters):
    q = TextFilter(label="名称", field_name="name", lookup_expr="contains")
    kind = AnyChoiceFilter(label="类型", choices=VenueKind.choices)
    recognition = AnyChoiceFilter(label="示范级别", choices=Recognition.choices)
    missing = AnyChoiceFilter(label="暖心家园缺", choices=Essential.choices, method="keep_missing")
    on = DayFilter(label="在用日期", method="keep_open")

    def keep_missing(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(kind=VenueKind.WARM_HOME).exclude(essentials__contains=[value])

    def keep_open(self, rows: VenueQuerySet, name: str, value: date) -> VenueQuerySet:
        return rows.open(on=value)


class PartnerUnitFilters(RecordFilters):
    q = TextFilter(label="单位名称", field_name="name", lookup_expr="contains")
    kind = AnyChoiceFilter(label="单位类型", choices=PartnerKind.choices)
    on = DayFilter(label="协议有效日期", method="keep_in_force")

    def keep_in_force(self, rows: PartnerUnitQuerySet, name: str, value: date) -> PartnerUnitQuerySet:
        return rows.in_force(on=value)
