"""Filters that the lists of all record types share."""

from datetime import date

from django.db.models import QuerySet
from django_filters import CharFilter, ChoiceFilter, Filter, FilterSet, TypedChoiceFilter

from portal.accounts.models import User
from portal.accounts.scope import ScopedQuerySet
from portal.lib.dates import EARLIEST_DAY
from portal.lib.form_fields import DayField, PlaceCodeField

ALL = "全部"


class PlaceCodeFilter(Filter):
    field_class = PlaceCodeField


class DayFilter(Filter):
    field_class = DayField

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, first=EARLIEST_DAY, **options)


class AnyChoiceFilter(ChoiceFilter):
    def __init__(self, *args, **options) -> None:
        super().__init__(*args, empty_label=ALL, **options)


class YesNoFilter(TypedChoiceFilter):
    def __init__(self, *args, **options) -> None:
        choices = [("", ALL), ("true", "是"), ("false", "否")]
        super().__init__(*args, choices=choices, coerce="true".__eq__, empty_value=None, **options)


class TextFilter(CharFilter):
    def __init__(self, *args, **options) -> None:
        super().__init__(*args, max_length=60, **options)


class RecordFilters(FilterSet):
    """A filter that cannot be read keeps nothing: no export and no bulk change may reach further for it."""

    # For whom the list is made; whoever makes it says so before the rows are read.
    reader: User
    under = PlaceCodeFilter(label="所在地区代码", method="keep_under")

    def keep_under(self, rows: ScopedQuerySet, name: str, value: str) -> ScopedQuerySet:
        return rows.under(value) if value else rows

    def narrowed(self) -> ScopedQuerySet:
        return self.qs if self.is_valid() else self.queryset.none()

    def dressed(self, records: ScopedQuerySet) -> ScopedQuerySet:
        """Add to the records of a page what their columns read besides the fields; nothing, as a rule."""
        return records


class DatedFilters(RecordFilters):
    """Filters by the day of the record: `on`, or the day on which it begins."""

    first = DayFilter(label="日期自", method="keep_from")
    last = DayFilter(label="至", method="keep_to")

    def keep_from(self, rows: QuerySet, name: str, value: date) -> QuerySet:
        return rows.filter(**{f"{day_field(rows)}__gte": value})

    def keep_to(self, rows: QuerySet, name: str, value: date) -> QuerySet:
        return rows.filter(**{f"{day_field(rows)}__lte": value})


def day_field(rows: QuerySet) -> str:
    names = {field.name for field in rows.model._meta.concrete_fields}
    return "on" if "on" in names else "starts_on"
