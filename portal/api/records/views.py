"""Lists and single records of every record type, made once from its declaration."""

import hashlib
import json
import re
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Model
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.api.idempotency import once
from portal.api.views.base import Resource
from portal.audit.enums import Channel, DisclosureChannel
from portal.lib.findings import RuleViolation
from portal.records import actions
from portal.records.disclosing import disclose
from portal.records.files import file_response
from portal.records.forms import EndForm, VersionedForm, end_form_of
from portal.records.lists import PLACE, read_list
from portal.records.permissions import file_in, find_record, record_looks, require
from portal.records.queries import edge_in, page_of
from portal.records.reach import hide_unreached
from portal.records.subjects import has_field
from portal.records.types import RecordType

from .bodies import check_files, form_entries, json_in, parent_in
from .rows import keys_told, row_of

PAGE_SIZE = 50


class Unconditional(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = "须带 If-Match，值为读取该记录时得到的 ETag"


class Stale(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "该记录已被他人修改，请重新读取后再提交"


class RecordResource(Resource):
    record_type: ClassVar[RecordType]

    @property
    def is_personal(self) -> bool:
        return self.record_type.is_personal

    def disclosed(self, count: int, query: QueryDict, *, code: str = "") -> None:
        """Put on record what is about to be sent."""
        disclose(
            self.record_type,
            row_count=count,
            query=query,
            channel=DisclosureChannel.API,
            by=self.request.user,
            code=code,
        )

    def checked(self, record: Model, body: dict[str, Any], *, parents: tuple[str, ...] = ()) -> VersionedForm:
        """Put the body into the record through its form, and return the form. Raises: ValidationError."""
        blank = self.record_type.form(None, instance=record, user=self.request.user)
        entries = form_entries(blank, body, extra=parents)
        entries["seen"] = str(getattr(record, "version", 1))
        check_files(self.record_type.form, self.request.FILES)
        form = self.record_type.form(entries, self.request.FILES, instance=record, user=self.request.user)
        if not form.is_valid():
            raise serializers.ValidationError(form.errors.get_json_data())
        return form

    def seen(self) -> int:
        """Return the version that the client read. Raises: Unconditional; Stale for no tag of ours."""
        tag = self.request.headers.get("If-Match", "")
        if not tag:
            raise Unconditional
        found = re.fullmatch(r'"([0-9]{1,9})(-[0-9a-f]{16})?"', tag)
        if found is None:
            raise Stale
        return int(found[1])

    def written(self, write, *arguments, **options) -> Model | None:
        try:
            return write(*arguments, record_type=self.record_type, by=self.request.user, **options)
        except RuleViolation as refused:
            if any(finding.code == "stale" for finding in refused.findings):
                raise Stale from refused
            raise

    def shown(self, record: Model, *, code: int = 200, **headers: str) -> Response:
        record_looks(self.request, self.record_type, [record], channel=Channel.API)
        self.disclosed(1, QueryDict(f"id={record.pk}"), code=self.record_type.code_of(record))
        hide_unreached([record], user=self.request.user, keys=keys_told(self.record_type))
        row = row_of(record, self.record_type, user=self.request.user)
        tag = {"ETag": tag_of(record, row)} if hasattr(record, "version") else {}
        return Response(row, status=code, headers=tag | headers)


def place_path(record_type: RecordType) -> str:
    """Return the way to the code that a row calls `association_code`; of a notice it is whom it is about."""
    is_field = has_field(record_type.model, "association")
    return "association__code" if is_field else record_type.records().scope_path


def tag_of(record: Model, row: dict[str, Any]) -> str:
    """Return the tag of a row: the version, which writes name, and what the row says, also of others."""
    digest = hashlib.sha256(json.dumps(row, sort_keys=True, default=str).encode()).hexdigest()
    return f'"{record.version}-{digest[:16]}"'


class RecordListing(RecordResource):
    list_parameters: ClassVar[type[serializers.Serializer]]

    def initial(self, request: Request, *args, **kwargs) -> None:
        # Resource reads the parameters of every method; a write has none.
        self.parameters = self.list_parameters if request.method in ("GET", "HEAD") else Resource.parameters
        super().initial(request, *args, **kwargs)

    def get(self, request: Request) -> Response:
        query = request.query_params.copy()
        # Here it is the code of the owner; on the pages it may be the key of a parent.
        query.pop("association", None)
        asked = read_list(query, record_type=self.record_type, user=request.user)
        if not asked.filters.is_valid():
            raise serializers.ValidationError(asked.filters.errors.get_json_data())
        rows = asked.rows
        if code := self.asked.get("association"):
            rows = rows.filter(**{place_path(self.record_type): code})
        edge = edge_in(QueryDict(cursor_query(self.asked)), model=self.record_type.model, order=asked.order)
        # The keys were found in the user's scope.
        source = asked.filters.dressed(self.record_type.records().scoped())
        size = self.asked.get("page_size", PAGE_SIZE)
        page = page_of(rows, order=asked.order, edge=edge, size=size, source=source)
        record_looks(request, self.record_type, page.records, channel=Channel.API)
        hide_unreached(page.records, user=request.user, keys=keys_told(self.record_type))
        self.disclosed(len(page.records), request.query_params, code=self.asked.get("association", ""))
        return Response(
            {
                "next": self._link("after", page.after),
                "previous": self._link("before", page.before),
                "results": [row_of(record, self.record_type, user=request.user) for record in page.records],
            }
        )

    def _link(self, side: str, edge: str) -> str | None:
        if not edge:
            return None
        query = self.request.query_params.copy()
        query["cursor"] = f"{side}~{edge}"
        return self.request.build_absolute_uri(f"?{query.urlencode()}")


def cursor_query(asked: dict[str, Any]) -> str:
    """Return the place that a cursor names as the pages write it. Raises: ValidationError."""
    side, _, edge = asked.get("cursor", "").partition("~")
    if side and side not in PLACE:
        raise serializers.ValidationError({"cursor": ["不是本接口给出的翻页标记"]})
    return urlencode({side: edge} if side else {})


# Only of types whose form makes records: elsewhere POST is 405.
class RecordMaking(RecordListing):
    def post(self, request: Request) -> Response:
        require(request, self.record_type.edit_permission)
        key = once(request, self._make)
        record = find_record(request, self.record_type, key)
        place = reverse(f"api:{self.record_type.slug}_detail", kwargs={"pk": key}, request=request)
        return self.shown(record, code=201, Location=place)

    def _make(self) -> int:
        body = json_in(self.request)
        parent = parent_in(body, self.record_type, by=self.request.user)
        form = self.checked(self.record_type.model(**parent), body, parents=self.record_type.parents)
        return self.written(actions.create, form.instance, extras=form.extras()).pk


class RecordReading(RecordResource):
    def get(self, request: Request, pk: int) -> Response:
        record = find_record(request, self.record_type, pk)
        if self.record_type.told:
            # With what the list reads besides the fields.
            asked = read_list(QueryDict(), record_type=self.record_type, user=request.user)
            record = get_object_or_404(asked.rows, pk=pk)
        return self.shown(record)

    def own(self, pk: int) -> Model:
        return find_record(self.request, self.record_type, pk, self.record_type.edit_permission)


class Changing:
    def patch(self, request: Request, pk: int) -> Response:
        record = self.own(pk)
        seen = self.seen()
        form = self.checked(record, json_in(self.request))
        self.written(actions.change, form.instance, seen=seen, extras=form.extras())
        return self.shown(find_record(request, self.record_type, pk))


class Deleting:
    def delete(self, request: Request, pk: int) -> Response:
        self.written(actions.delete, self.own(pk), seen=self.seen())
        return Response(status=204)


class RecordFile(RecordResource):
    def get(self, request: Request, pk: int, field: str) -> HttpResponseBase:
        record = find_record(request, self.record_type, pk)
        stored = file_in(record, field, record_type=self.record_type)
        record_looks(request, self.record_type, [record], channel=Channel.API)
        self.disclosed(1, QueryDict(f"id={pk}"), code=self.record_type.code_of(record))
        return file_response(stored)


class RecordEnding(RecordResource):
    def post(self, request: Request, pk: int) -> Response:
        record = find_record(request, self.record_type, pk, self.record_type.edit_permission)
        ending = self.record_type.ending
        if not ending.is_open(record):
            raise Http404("该记录已经结束")
        seen = self.seen()
        form = self.ending_form(record, json_in(self.request))
        if not form.is_valid():
            raise serializers.ValidationError(form.errors.get_json_data())
        values = {name: form.cleaned_data[name] for name in ending.fields}
        # Read anew: the form has typed into the one above, and a refusal must not be judged by it.
        stored = find_record(request, self.record_type, pk, self.record_type.edit_permission)
        self.written(actions.end, stored, values=values, seen=seen)
        return self.shown(find_record(request, self.record_type, pk))

    def ending_form(self, record: Model, body: dict[str, Any]) -> EndForm:
        form = end_form_of(self.record_type)
        entries = form_entries(form(None, instance=record), body)
        entries["seen"] = str(record.version)
        return form(entries, instance=record)
