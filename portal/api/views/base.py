from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from associations.models import Association
from associations.permissions import load_association
from portal.accounts.roles import Permission
from portal.api.pagination import NewestFirst
from portal.api.parameters import PAGING, NoParameters, read_parameters
from portal.lib.dates import today


# One address of the API: refuses parameters that it does not list, answers 304 to an unchanged body. The tag
# is a hash of the body: it spares the wire and not the work. (No docstring: the schema would publish it.)
@method_decorator(conditional_page, name="dispatch")
class Resource(APIView):
    parameters: type[Serializer] = NoParameters
    other_parameters: frozenset[str] = frozenset()
    # Tells of people: no copy may stay on the client's disk, not even one to be asked about again.
    is_personal = False

    def initial(self, request: Request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        self.asked = read_parameters(request, self.parameters, others=self.other_parameters)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        keeping = {"no_store": True} if self.is_personal else {"no_cache": True}
        patch_cache_control(response, private=True, **keeping)
        patch_vary_headers(response, ("Authorization", "Cookie"))
        return response

    @property
    def day(self) -> date:
        return self.asked.get("on") or today()

    def association(self, code: str, permission: Permission = Permission.VIEW_STATISTICS) -> Association:
        return load_association(self.request, code, permission)


# A list of plain columns; `serializer_class` tells the schema which, and costs the rows nothing.
class RecordList(Resource, ListAPIView):
    other_parameters = PAGING

    def list(self, request: Request, *args, **kwargs) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([self.shaped(row) for row in page])

    def shaped(self, row: dict[str, Any]) -> dict[str, Any]:
        return row


# What the user asked a worker for, newest first by the moment `newest_by`.
class OwnOrders(RecordList):
    pagination_class = NewestFirst
    newest_by: str
    # What was asked for may spell a name.
    is_personal = True

    def shaped(self, row: Model) -> dict[str, Any]:
        return self.serializer_class(row, context={"request": self.request}).data

    def accepted(self, row: Model, *, page: str) -> Response:
        place = reverse(page, kwargs={"key": row.pk}, request=self.request)
        return Response(self.shaped(row), status=202, headers={"Location": place})
