from uuid import UUID

from django.http import FileResponse, Http404, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.api import shapes
from portal.api.idempotency import REPEATABLE, once
from portal.api.orders import ReportBody, order_report
from portal.api.permissions import load_job, load_report, load_report_file
from portal.api.views.base import Resource
from portal.jobs.models import BATCH
from portal.jobs.queries import batch_progress
from portal.records.files import path_of


class Reports(Resource):
    @extend_schema(
        summary="生成报告",
        parameters=[REPEATABLE],
        request=ReportBody,
        responses={202: shapes.ReportShape},
    )
    def post(self, request: Request) -> Response:
        body = ReportBody(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        key = once(request, lambda: order_report(asked=body.validated_data, by=request.user).pk)
        place = reverse("api:report", kwargs={"key": key}, request=request)
        shape = shapes.ReportShape(load_report(request, key), context={"request": request})
        return Response(shape.data, status=202, headers={"Location": place})


class ReportDetail(Resource):
    @extend_schema(summary="一份报告", responses=shapes.ReportShape)
    def get(self, request: Request, key: UUID) -> Response:
        report = load_report(request, key)
        return Response(shapes.ReportShape(report, context={"request": request}).data)


class ReportFileDownload(Resource):
    is_personal = True

    @extend_schema(summary="下载报告文件", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: UUID, name: str) -> HttpResponseBase:
        file = load_report_file(request, key, name)
        tag = f'"{file.sha256}"'
        # Before the file is opened: nobody would close it behind a 304.
        if known := get_conditional_response(request, etag=tag):
            return known
        try:
            stream = path_of(file.sha256).open("rb")
        except FileNotFoundError:
            raise Http404("文件已不在服务器上，请联系管理员") from None
        return FileResponse(stream, as_attachment=True, filename=file.name, headers={"ETag": tag})


class JobDetail(Resource):
    @extend_schema(summary="一项后台任务", responses=shapes.JobShape)
    def get(self, request: Request, key: UUID) -> Response:
        job = load_job(request, key)
        if job.kind == BATCH:
            parts = batch_progress(job.pk)
            job.state, job.progress_done, job.progress_total = parts.state, parts.ended, parts.total
        return Response(shapes.JobShape(job).data)
