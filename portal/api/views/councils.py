from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema

from portal.api import queries, rows
from portal.api.parameters import DatedFilters, MilestoneFilters

from .base import RecordList


@extend_schema(summary="改革事项记录", parameters=[MilestoneFilters])
class MilestoneEvents(RecordList):
    serializer_class = rows.MilestoneEventRow
    parameters = MilestoneFilters

    def get_queryset(self) -> QuerySet:
        return queries.milestone_events(self.request.user, self.asked)


@extend_schema(summary="任职(须有人员权限)", parameters=[DatedFilters])
class Appointments(RecordList):
    serializer_class = rows.AppointmentRow
    parameters = DatedFilters
    is_personal = True

    def get_queryset(self) -> QuerySet:
        return queries.appointments(self.request.user, self.asked)
