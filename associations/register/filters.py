"""Filters of the lists of associations and of what they own."""

from datetime import date

from django.db.models import Q

from associations.enums import (
    Employment,
    Establishment,
    Kind,
    Level,
    PartyOrganisation,
    RegisterState,
    SuccessionKind,
)
from associations.models import Staffing, Succession
from associations.models.association import AssociationQuerySet, OfAssociationQuerySet
from associations.register.queries import lying_under, matching, with_state
from portal.lib.dates import today
from portal.records.filters import AnyChoiceFilter, DatedFilters, DayFilter, RecordFilters, TextFilter


class AssociationFilters(RecordFilters):
    """Narrows the register; whether an association is established is asked for a day, else for today."""

    q = TextFilter(label="名称、代码或拼音", method="keep_matching")
    level = AnyChoiceFilter(label="层级", choices=Level.choices)
    kind = AnyChoiceFilter(label="类别", choices=Kind.choices)
    state = AnyChoiceFilter(label="状态", choices=RegisterState.choices, method="keep_state")
    on = DayFilter(label="状态日期", method="keep_day")
    party_organisation = AnyChoiceFilter(label="党组织", choices=PartyOrganisation.choices)

    def keep_matching(self, rows: AssociationQuerySet, name: str, value: str) -> AssociationQuerySet:
        return rows.filter(matching(value)) if value else rows

    def keep_state(self, rows: AssociationQuerySet, name: str, value: str) -> AssociationQuerySet:
        return with_state(rows, RegisterState(value), on=self.day)

    def keep_under(self, rows: AssociationQuerySet, name: str, value: str) -> AssociationQuerySet:
        return lying_under(rows, value, on=self.day) if value else rows

    @property
    def day(self) -> date:
        return self.form.cleaned_data.get("on") or today()

    def keep_day(self, rows: AssociationQuerySet, name: str, value: date) -> AssociationQuerySet:
        return rows


class StaffingFilters(RecordFilters):
    establishment = AnyChoiceFilter(label="编制", choices=Establishment.choices)
    employment = AnyChoiceFilter(label="用工形式", choices=Employment.choices)
    on = DayFilter(label="在岗日期", method="keep_in_force")

    def keep_in_force(
        self, rows: OfAssociationQuerySet[Staffing], name: str, value: date
    ) -> OfAssociationQuerySet[Staffing]:
        return rows.in_force(on=value)


class SuccessionFilters(DatedFilters):
    q = TextFilter(label="代码或名称", method="keep_named")
    kind = AnyChoiceFilter(label="类型", choices=SuccessionKind.choices)

    def keep_named(
        self, rows: OfAssociationQuerySet[Succession], name: str, value: str
    ) -> OfAssociationQuerySet[Succession]:
        if not value:
            return rows
        by_code = Q(old_code__startswith=value) | Q(new_code__startswith=value)
        return rows.filter(by_code | Q(old_name__contains=value) | Q(new_name__contains=value))
