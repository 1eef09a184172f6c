"""What a client asks a worker for: reports, exports, imports, read from the body."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.core.exceptions import BadRequest
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.request import Request

from associations.models import Association
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import today
from portal.records import export_actions
from portal.records.importing import actions as import_actions
from portal.records.importing.forms import UploadForm
from portal.records.importing.models import ImportBatch
from portal.records.importing.permissions import own_types
from portal.records.lists import read_list
from portal.records.models import Export, ExportFormat
from portal.records.registry import record_type_of
from portal.reports import actions
from portal.reports.models import Report, ReportFormat, ReportKind

from .parameters import CodeField, DayField


class ReportBody(serializers.Serializer):
    kind = serializers.ChoiceField(ReportKind.choices)
    association = CodeField(help_text="代码")
    on = DayField(required=False, help_text="截至日期，默认今天")
    formats = serializers.MultipleChoiceField(
        choices=ReportFormat.choices, allow_empty=False, default=list(ReportFormat.values)
    )

    def validate_association(self, code: str) -> Association:
        user = self.context["request"].user
        found = Association.objects.visible_to(user, Permission.MAKE_REPORTS).filter(code=code).first()
        if found is None:
            raise serializers.ValidationError("没有这个协会，或您无权为它生成报告")
        return found


def order_report(*, asked: dict[str, Any], by: User) -> Report:
    """Ask for a report.

    Raises: RuleViolation where too many of the user's reports wait already.
    """
    on: date = asked.get("on") or today()
    return actions.request_report(
        kind=ReportKind(asked["kind"]),
        association=asked["association"],
        on=on,
        formats=list(asked["formats"]),
        by=by,
    )


class ExportBody(serializers.Serializer):
    records = serializers.CharField(help_text="档案类型，即其接口地址中的名称，如 memberships")
    format = serializers.ChoiceField(ExportFormat.choices, default=ExportFormat.CSV)
    filters = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=200),
        default=dict,
        help_text="筛选条件，与该类档案列表页的相同；按地区用 under，值为代码",
    )
    columns = serializers.ListField(
        child=serializers.CharField(max_length=60),
        default=list,
        max_length=100,
        help_text="要导出的列，默认为列表页默认显示的列",
    )
    sort = serializers.CharField(required=False, max_length=60, help_text="排序的列，前面加 - 为降序")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Read the list that is asked for as its page would. Raises: ValidationError."""
        user = self.context["request"].user
        record_type = record_type_of(asked["records"])
        if record_type is None or not user.scope.may(record_type.view_permission):
            raise serializers.ValidationError({"records": ["没有这类档案，或您无权导出"]})
        # An association is a key on the pages and a code over REST: `under` narrows to it without doubt.
        known = {*record_type.filters.base_filters, *record_type.listed_under} - {"association"}
        if unknown := asked["filters"].keys() - known:
            raise serializers.ValidationError({name: ["没有这个筛选条件"] for name in unknown})
        place = {"column": asked["columns"]} | ({"sort": asked["sort"]} if "sort" in asked else {})
        query = QueryDict(urlencode(asked["filters"] | place, doseq=True))
        try:
            filters = read_list(query, record_type=record_type, user=user).filters
        except BadRequest as error:
            raise serializers.ValidationError(str(error)) from error
        if not filters.is_valid():
            raise serializers.ValidationError(filters.errors.get_json_data())
        return {"record_type": record_type, "query": query, "format": ExportFormat(asked["format"])}


def order_export(*, asked: dict[str, Any], by: User) -> Export:
    """Ask for a list as a file.

    Raises: RuleViolation where too many of the user's exports wait already.
    """
    return export_actions.request_export(**asked, by=by, request_key=uuid4())


class ImportBody(serializers.Serializer):
    """The shape of the upload for the schema; the page's own form checks it."""

    type = serializers.CharField(help_text="导入什么，即模板的名称，如 memberships")
    file = serializers.FileField(help_text=str(UploadForm.base_fields["file"].help_text))


def order_import(request: Request) -> ImportBatch:
    """Take a file in and have it checked.

    Raises: Http404 for who may import nothing; ValidationError; RuleViolation for a file that is not taken.
    """
    form = UploadForm(request.POST, request.FILES, types=own_types(request), user=request.user)
    if not form.is_valid():
        raise serializers.ValidationError(form.errors.get_json_data())
    return import_actions.upload(import_type=form.chosen(), file=form.cleaned_data["file"], by=request.user)
