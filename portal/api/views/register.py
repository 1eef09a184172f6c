from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from associations.permissions import sees_people
from associations.register.queries import path_above
from portal.accounts.roles import Permission
from portal.api import figures, queries, shapes
from portal.api.pagination import CodePagination
from portal.api.parameters import AsOf, RegisterFilters

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
