from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema

from portal.api import queries, rows
from portal.api.parameters import MilestoneFilters

from .base import RecordList


@extend_schema(summary="改革事项记录", parameters=[MilestoneFilters])
class MilestoneEvents(RecordList):
    serializer_class = rows.MilestoneEventRow
    parameters = MilestoneFilters

    def get_queryset(self) -> QuerySet:
        return queries.milestone_events(self.request.user, self.asked)
