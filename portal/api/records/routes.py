"""The addresses of the record types, each with what the schema says of it."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.settings import api_settings

from portal.api.idempotency import REPEATABLE
from portal.api.parameters import CodeField
from portal.records.forms import end_form_of
from portal.records.registry import registered
from portal.records.types import RecordType

from .bodies import body_of, files_of, upload_of
from .rows import serializer_of
from .views import (
    PAGE_SIZE,
    Changing,
    Deleting,
    RecordEnding,
    RecordFile,
    RecordListing,
    RecordMaking,
    RecordReading,
    RecordResource,
)

MAX_PAGE = 200
# The register answers by official code and not by key.
HAND_MADE = ("associations",)
SEEN = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="读取时得到的 ETag"
)


def patterns() -> Iterator[URLPattern]:
    for record_type in registered():
        if record_type.slug not in HAND_MADE:
            yield from patterns_of(record_type)


def patterns_of(record_type: RecordType) -> Iterator[URLPattern]:
    slug, label = record_type.slug, record_type.label
    row = serializer_of(record_type)
    body = _bodies(record_type)
    making = {"summary": f"登记{label}", "parameters": [REPEATABLE], "request": body, "responses": {201: row}}
    parameters = list_parameters_of(record_type)
    yield path(
        f"{slug}/",
        _view(
            record_type,
            RecordMaking if record_type.form_creates else RecordListing,
            list_parameters=parameters,
            get={
                "operation_id": f"{slug}_list",
                "summary": label,
                "parameters": [parameters],
                "responses": page_of(row),
            },
            post=making,
        ),
        name=f"{slug}_list",
    )
    changing = {"summary": f"修改{label}", "parameters": [SEEN], "request": body, "responses": row}
    yield path(
        f"{slug}/<int:pk>/",
        _view(
            record_type,
            *([Changing] if record_type.form_fields else []),
            *([Deleting] if record_type.deletes else []),
            RecordReading,
            get={"summary": f"一条{label}记录", "responses": row},
            patch=changing,
            delete={"summary": f"删除{label}", "parameters": [SEEN], "responses": {204: None}},
        ),
        name=f"{slug}_detail",
    )
    if record_type.file_fields:
        said = {
            "summary": f"下载{label}的附件",
            "responses": {(200, "application/octet-stream"): OpenApiTypes.BINARY},
        }
        yield path(
            f"{slug}/<int:pk>/files/<slug:field>/",
            _view(record_type, RecordFile, get=said),
            name=f"{slug}_file",
        )
    if record_type.ending:
        form = end_form_of(record_type)
        ending = {
            "summary": f"{record_type.ending.label}({label})",
            "parameters": [SEEN],
            "request": body_of(record_type, form, suffix="Ending"),
            "responses": row,
        }
        yield path(f"{slug}/<int:pk>/end/", _view(record_type, RecordEnding, post=ending), name=f"{slug}_end")


def _bodies(record_type: RecordType) -> Any:
    """Say what a write may bring: JSON, and beside it files where the form takes some."""
    if record_type.form is None:
        return None
    body = body_of(record_type, parents=record_type.parents)
    if not files_of(record_type.form):
        return body
    return {"application/json": body, "multipart/form-data": upload_of(body, record_type.form)}


def _view(record_type: RecordType, *bases: type, list_parameters: type | None = None, **said: dict[str, Any]):
    attributes = {"record_type": record_type, "list_parameters": list_parameters}
    if record_type.form and files_of(record_type.form):
        attributes["parser_classes"] = [*api_settings.DEFAULT_PARSER_CLASSES, MultiPartParser]
    view: type[RecordResource] = type(f"{record_type.slug}-view", bases, attributes)
    for method, words in said.items():
        if hasattr(view, method):
            # A function of its own for each view: what the schema says is noted on the function.
            setattr(view, method, extend_schema(**words)(_own(getattr(view, method))))
    return view.as_view()


def _own(method: Callable) -> Callable:
    def handle(self, request, *args, **kwargs):
        return method(self, request, *args, **kwargs)

    return handle


def page_of(row: type[serializers.Serializer]) -> serializers.Serializer:
    return inline_serializer(
        row.__name__.replace("Record", "Page"),
        fields={
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": row(many=True),
        },
    )


def list_parameters_of(record_type: RecordType) -> type[serializers.Serializer]:
    """Make the shape of a list's parameters: the filters of the page, the parents, the place in the list.

    The filters' own form checks their values, as it does for the page.
    """
    fields: dict[str, serializers.Field] = {
        name: serializers.CharField(required=False, allow_blank=True, help_text=str(each.label))
        for name, each in record_type.filters.base_filters.items()
    }
    for name in record_type.listed_under:
        label = record_type.parent_of(name)._meta.verbose_name
        fields[name] = serializers.IntegerField(required=False, min_value=1, help_text=f"只要该{label}的")
    fields["association"] = CodeField(required=False, help_text="只要该协会的")
    fields["sort"] = serializers.CharField(required=False, help_text="排序的列，前面加 - 为降序")
    fields["cursor"] = serializers.CharField(required=False, help_text="上一页或下一页的地址中给出")
    fields["page_size"] = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_PAGE, help_text=f"每页条数，默认{PAGE_SIZE}"
    )
    return type("ListParameters", (serializers.Serializer,), fields)
