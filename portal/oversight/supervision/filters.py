from datetime import date
from typing import cast

from django.db.models import QuerySet

from associations.enums import Milestone
from portal.accounts.scope import ScopedQuerySet
from portal.lib.dates import today
from portal.oversight.enums import NoticeKind, NoticeState
from portal.oversight.models import SupervisionNoticeQuerySet
from portal.records.filters import AnyChoiceFilter, DayFilter, RecordFilters


class SupervisionNoticeFilters(RecordFilters):
    kind = AnyChoiceFilter(label="问题类型", choices=NoticeKind.choices)
    milestone = AnyChoiceFilter(label="改革事项", choices=Milestone.choices)
    state = AnyChoiceFilter(label="状态", choices=NoticeState.choices)
    overdue = AnyChoiceFilter(label="回复", choices=[("true", "已逾期")], method="keep_overdue")
    on = DayFilter(label="截至", method="keep_all")

    def filter_queryset(self, queryset: SupervisionNoticeQuerySet) -> QuerySet:
        # The state is that of a day, so the day comes before every other filter.
        kept: QuerySet = super().filter_queryset(queryset.standing(on=self.day))
        return kept

    @property
    def day(self) -> date:
        """The day whose list was asked for; known once the filters were read."""
        asked: date | None = self.form.cleaned_data.get("on")
        return asked or today()

    def dressed(self, records: ScopedQuerySet) -> ScopedQuerySet:
        return cast(SupervisionNoticeQuerySet, records).standing(on=self.day)

    def keep_overdue(
        self, rows: SupervisionNoticeQuerySet, name: str, value: str
    ) -> SupervisionNoticeQuerySet:
        return rows.overdue(on=self.day)

    def keep_all(self, rows: SupervisionNoticeQuerySet, name: str, value: date) -> SupervisionNoticeQuerySet:
        return rows
