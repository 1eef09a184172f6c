"""A JSON body as what the record's own form takes: one form checks what people type and what systems send."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from associations.register.fields import AssociationField
from portal.accounts.models import User
from portal.api.parsers import ShallowJSONParser
from portal.lib.form_fields import DayField
from portal.lib.money import YuanField, yuan
from portal.records.types import MOST_DIGITS, RecordType, rows_of

SEEN = "seen"
RECORD = "record"
MULTIPLE = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


def accepted(form: type[forms.BaseForm]) -> dict[str, forms.Field]:
    """Name the fields of a form that a JSON body may carry; files stand beside it."""
    fields = {name: field for name, field in form.base_fields.items() if name != SEEN}
    return {
        _outside(name, field): field
        for name, field in fields.items()
        if not isinstance(field, forms.FileField)
    }


def files_of(form: type[forms.BaseForm]) -> dict[str, forms.FileField]:
    """Name the fields of a form that take a file."""
    return {name: field for name, field in form.base_fields.items() if isinstance(field, forms.FileField)}


def json_in(request: Request) -> dict[str, Any]:
    """Return the JSON object that a request brings: its body, or the part `record` beside files.

    Raises: ParseError.
    """
    if not isinstance(request.data, QueryDict):
        body = request.data
    else:
        text = request.POST.get(RECORD, "{}")
        body = ShallowJSONParser().parse(BytesIO(text.encode()), parser_context={"encoding": "utf-8"})
    if not isinstance(body, dict):
        raise ParseError("请求内容须为 JSON 对象")
    return body


def check_files(form: type[forms.BaseForm], files: MultiValueDict) -> None:
    """Refuse files that no field of the form takes. Raises: ValidationError."""
    if unknown := set(files) - set(files_of(form)):
        raise serializers.ValidationError({name: ["该字段不接受文件"] for name in unknown})


def _outside(name: str, field: forms.Field) -> str:
    return f"{name}_code" if isinstance(field, AssociationField) else name


def form_entries(form: forms.BaseForm, body: Mapping[str, Any], *, extra: Sequence[str] = ()) -> QueryDict:
    """Return what the unbound form would be sent by a browser: the body over what the record says now.

    Raises: ValidationError for names that the form does not have and values of a wrong kind.
    """
    names = accepted(type(form)) | {
        _outside(name, field): field for name, field in form.fields.items() if name != SEEN
    }
    errors = {name: ["没有这个字段"] for name in body if name not in names and name not in extra}
    entries = QueryDict(mutable=True)
    for outside, field in names.items():
        name = outside.removesuffix("_code") if isinstance(field, AssociationField) else outside
        if name not in form.fields:
            if outside in body:
                errors[outside] = ["该字段不能在这里修改"]
            continue
        try:
            entries.setlist(name, _entries(form, name, body, outside))
        except ValueError as error:
            errors[outside] = [str(error)]
    if errors:
        raise serializers.ValidationError(errors)
    return entries


def _entries(form: forms.BaseForm, name: str, body: Mapping[str, Any], outside: str) -> list[str]:
    field = form.fields[name]
    if outside not in body:
        value = field.prepare_value(form.get_initial_for_field(field, name))
        values = value if isinstance(value, list | tuple | set) else [value]
        # A nought is a value: it equals False, and is told apart from it by its kind.
        return [_text(each) for each in values if each is not None and each is not False and each != ""]
    value = body[outside]
    if isinstance(field, MULTIPLE):
        if not isinstance(value, list):
            raise ValueError("须为数组")
        return [_text(each) for each in value]
    if isinstance(field, forms.BooleanField):
        if not isinstance(value, bool):
            raise ValueError("须为 true 或 false")
        return ["on"] if value else []
    if isinstance(field, YuanField) and value is not None:
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 10**MOST_DIGITS:
            raise ValueError("须为整数，以分为单位")
        value = yuan(value)
    return [] if value is None else [_text(value)]


def _text(value: object) -> str:
    if isinstance(value, dict | list):
        raise ValueError("须为单个的值")
    # A field of three choices knows its own words for yes and no.
    return {True: "True", False: "False"}[value] if isinstance(value, bool) else str(value)


def parent_in(body: Mapping[str, Any], record_type: RecordType, *, by: User) -> dict[str, Model]:
    """Return the record that a new one is made under, by its foreign key; nothing where the type needs none.

    Raises: ValidationError when it is missing or the user may not edit it; both look alike.
    """
    if not record_type.parents:
        return {}
    name = next((each for each in record_type.parents if each in body), record_type.parents[0])
    key = body.get(name)
    mine = rows_of(record_type.parent_of(name)).visible_to(by, record_type.edit_permission)
    is_key = isinstance(key, int) and not isinstance(key, bool) and 0 < key < 10 ** (MOST_DIGITS - 1)
    parent = mine.filter(pk=key).first() if is_key else None
    if parent is None:
        raise serializers.ValidationError({name: ["没有这条记录，或您无权在其下登记"]})
    return {name: parent}


def body_of(
    record_type: RecordType,
    form: type[forms.BaseForm] | None = None,
    *,
    parents: Sequence[str] = (),
    suffix: str = "Body",
) -> type[serializers.Serializer]:
    """Make the shape of a body for the schema; it requires no field, because a change sends only some."""
    fields: dict[str, serializers.Field] = {
        name: serializers.IntegerField(required=False) for name in parents
    }
    fields |= {name: _shape(field) for name, field in accepted(form or record_type.form).items()}
    name = "".join(part.capitalize() for part in record_type.slug.split("-"))
    return type(f"{name}{suffix}", (serializers.Serializer,), fields)


def upload_of(body: type[serializers.Serializer], form: type[forms.BaseForm]) -> type[serializers.Serializer]:
    """Make the shape of a body that brings files: the JSON is one of its parts."""
    fields: dict[str, serializers.Field] = {RECORD: body(required=False)}
    fields |= {
        name: serializers.FileField(required=False, help_text=str(field.label))
        for name, field in files_of(form).items()
    }
    return type(f"{body.__name__}WithFiles", (serializers.Serializer,), fields)


def _shape(field: forms.Field) -> serializers.Field:
    options: dict[str, Any] = {"required": False, "help_text": str(field.label or "")}
    if isinstance(field, MULTIPLE):
        return serializers.ListField(child=serializers.CharField(), **options)
    if isinstance(field, forms.BooleanField):
        return serializers.BooleanField(**options)
    if isinstance(field, YuanField):
        return serializers.IntegerField(**options, allow_null=True)
    if isinstance(field, DayField):
        return serializers.DateField(**options, allow_null=True)
    return serializers.CharField(**options, allow_null=True, allow_blank=True)
