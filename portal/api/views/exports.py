from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import shapes
from portal.api.idempotency import REPEATABLE, once
from portal.api.orders import ExportBody, order_export
from portal.api.permissions import load_export, own_exports
from portal.api.views.base import OwnOrders, Resource
from portal.records.export_files import download


class Exports(OwnOrders):
    serializer_class = shapes.ExportShape
    newest_by = "requested_at"

    def get_queryset(self):
        return own_exports(self.request)

    @extend_schema(summary="本人的导出")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="导出一类档案",
        parameters=[REPEATABLE],
        request=ExportBody,
        responses={202: shapes.ExportShape},
    )
    def post(self, request: Request) -> Response:
        body = ExportBody(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        key = once(request, lambda: order_export(asked=body.validated_data, by=request.user).pk)
        return self.accepted(load_export(request, key), page="api:export")


class ExportDetail(Resource):
    is_personal = True

    @extend_schema(summary="一项导出", responses=shapes.ExportShape)
    def get(self, request: Request, key: UUID) -> Response:
        return Response(shapes.ExportShape(load_export(request, key), context={"request": request}).data)


class ExportDownload(Resource):
    is_personal = True

    @extend_schema(summary="下载导出文件", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: UUID) -> HttpResponseBase:
        return download(load_export(request, key), by=request.user)
