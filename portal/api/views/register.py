from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from associations.permissions import sees_people
from associations.register.queries import path_above
from portal.accounts.roles import Permission
from portal.api import figures, queries, rows, shapes
from portal.api.pagination import CodePagination
from portal.api.parameters import AsOf, PolicyFilters, QuotaRuleFilters, RegisterFilters

from .base import RecordList, Resource


@extend_schema(summary="协会名录", parameters=[RegisterFilters])
class Associations(RecordList):
    serializer_class = shapes.AssociationRow
    pagination_class = CodePagination
    parameters = RegisterFilters

    def get_queryset(self) -> QuerySet:
        return queries.associations(self.request.user, self.asked)


class AssociationDetail(Resource):
    parameters = AsOf
    is_personal = True

    @extend_schema(summary="一个协会", parameters=[AsOf], responses=shapes.AssociationShape)
    def get(self, request: Request, code: str) -> Response:
        association = self.association(code, Permission.VIEW_REGISTER)
        above = path_above(association)
        below = figures.coverage(association, on=self.day)
        return Response(
            {
                **shapes.AssociationFacts(association).data,
                "phone": association.phone if sees_people(request.user, code) else "",
                "ancestors": shapes.PlaceShape(above, many=True).data,
                "coverage": shapes.LevelCountShape(below, many=True).data,
            }
        )


@extend_schema(summary="政策文件", parameters=[PolicyFilters])
class Policies(RecordList):
    serializer_class = rows.PolicyRow
    parameters = PolicyFilters

    def get_queryset(self) -> QuerySet:
        return queries.policies(self.request.user, self.asked)


@extend_schema(summary="比例规定", parameters=[QuotaRuleFilters])
class QuotaRules(RecordList):
    serializer_class = rows.QuotaRuleRow
    parameters = QuotaRuleFilters

    def get_queryset(self) -> QuerySet:
        return queries.quota_rules(self.request.user, self.asked)

    def shaped(self, row: dict[str, Any]) -> dict[str, Any]:
        # The renderer would make it a float.
        return row | {"min_percent": str(row["min_percent"])}
