from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import shapes
from portal.api.idempotency import REPEATABLE, once
from portal.api.orders import ImportBody, order_import
from portal.api.views.base import OwnOrders, Resource
from portal.records.importing import actions
from portal.records.importing.models import ImportBatch
from portal.records.importing.permissions import load_batch, load_errors, load_type, own_batches
from portal.records.importing.sealed_files import XLSX, errors_download, template_download

BINARY = {(200, XLSX): OpenApiTypes.BINARY}


class Imports(OwnOrders):
    serializer_class = shapes.ImportShape
    newest_by = "created_at"
    parser_classes = [MultiPartParser]

    def get_queryset(self):
        return own_batches(self.request)

    @extend_schema(summary="本人的导入")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="上传导入文件，先检查，检查通过后再确认",
        parameters=[REPEATABLE],
        request=ImportBody,
        responses={202: shapes.ImportShape},
    )
    def post(self, request: Request) -> Response:
        key = once(request, lambda: order_import(request).pk)
        return self.accepted(load_batch(request, key), page="api:import")


class ImportDetail(Resource):
    is_personal = True

    @extend_schema(summary="一次导入", responses=shapes.ImportShape)
    def get(self, request: Request, key: UUID) -> Response:
        return Response(shapes.ImportShape(load_batch(request, key), context={"request": request}).data)


class ImportErrors(Resource):
    is_personal = True

    @extend_schema(summary="下载错误工作簿", responses=BINARY)
    def get(self, request: Request, key: UUID) -> HttpResponseBase:
        return errors_download(load_errors(request, key), by=request.user)


class ImportTemplate(Resource):
    @extend_schema(summary="下载导入模板", responses=BINARY)
    def get(self, request: Request, import_slug: str) -> HttpResponseBase:
        return template_download(load_type(request, import_slug))


# Every step is safe to repeat: asked again, it finds the job of the first time.
class ImportStep(Resource):
    is_personal = True
    step: Callable[..., ImportBatch]

    def post(self, request: Request, key: UUID) -> Response:
        batch = type(self).step(batch=load_batch(request, key), by=request.user)
        shape = shapes.ImportShape(load_batch(request, batch.pk), context={"request": request})
        return Response(shape.data, status=202)


@extend_schema(summary="重新检查", request=None, responses={202: shapes.ImportShape})
class ImportCheck(ImportStep):
    step = actions.check_again


@extend_schema(summary="确认导入", request=None, responses={202: shapes.ImportShape})
class ImportConfirm(ImportStep):
    step = actions.confirm


@extend_schema(summary="撤销导入", request=None, responses={202: shapes.ImportShape})
class ImportUndo(ImportStep):
    step = actions.undo
