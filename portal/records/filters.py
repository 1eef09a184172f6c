"""Filters that the lists of all record types share."""

from django import forms
from django_filters import CharFilter, ChoiceFilter, DateFilter, Filter, FilterSet, TypedChoiceFilter

from portal.accounts.scope import ScopedQuerySet

ALL = "全部"


class RegexFilter(Filter):
    field_class = forms.RegexField


class DayFilter(DateFilter):
    def __init__(self, *args, **options) -> None:
        super().__init__(*args, widget=forms.DateInput(attrs={"type": "date"}), **options)


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

    under = RegexFilter(
        label="所在地区代码", regex=r"^\d{2,12}(-\d{4})?$", max_length=20, method="keep_under"
    )

    def keep_under(self, rows: ScopedQuerySet, name: str, value: str) -> ScopedQuerySet:
        return rows.under(value) if value else rows

    def narrowed(self) -> ScopedQuerySet:
        return self.qs if self.is_valid() else self.queryset.none()
