"""A record as JSON: the fields that people fill in, by their names in the model, masked as on the pages."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Field, ForeignKey, Model
from rest_framework import serializers

from associations.models import Association
from portal.accounts.models import User
from portal.lib.spreadsheet import Kind
from portal.records.history_queries import shown_fields
from portal.records.reach import is_told
from portal.records.subjects import is_frozen
from portal.records.types import RecordType

# Model fields by the JSON that they become; whatever is not listed is a text.
SCALARS: tuple[tuple[type[Field], type[serializers.Field]], ...] = (
    (models.BooleanField, serializers.BooleanField),
    (models.IntegerField, serializers.IntegerField),
    (models.DateTimeField, serializers.DateTimeField),
    (models.DateField, serializers.DateField),
)


NAMING = {"id", "version", "association_code", "label"}


def keys_told(record_type: RecordType) -> list[str]:
    """Name the foreign keys that a row tells."""
    return [field.name for field in shown_fields(record_type.model) if isinstance(field, ForeignKey)]


def row_of(record: Model, record_type: RecordType, *, user: User) -> dict[str, Any]:
    """Return what the API tells the user of a record; amounts are whole fen, figures exact texts.

    What the user does not reach behind the `keys_told` is hidden by the caller; it is told as null.
    """
    row: dict[str, Any] = {
        "id": record.pk,
        "version": getattr(record, "version", None),
        "association_code": record_type.code_of(record),
        "label": str(record),
    }
    for field in shown_fields(record_type.model):
        told = _values(record, field, record_type)
        row |= told if record_type.may_read(field.name, record, user=user) else dict.fromkeys(told)
    row |= {column.name: _json(column.cell(record)) for column in record_type.told_columns()}
    if is_frozen(record):
        # Of somebody whose data are frozen the name, as on the pages.
        row |= dict.fromkeys(row.keys() - NAMING)
    return row


def _values(record: Model, field: Field, record_type: RecordType) -> dict[str, Any]:
    value = getattr(record, field.attname)
    if not isinstance(field, ForeignKey):
        return {field.name: _plain(value, field, record_type)}
    is_reached = is_told(record, field)
    if not _is_read(field, record_type):
        return {field.name: value if is_reached else None}
    related = getattr(record, field.name) if is_reached else None
    if issubclass(field.related_model, Association):
        return {f"{field.name}_code": related.code if related else None}
    return {
        field.name: value if is_reached else None,
        f"{field.name}_name": str(related) if related else None,
    }


def _plain(value: object, field: Field, record_type: RecordType) -> object:
    if isinstance(value, str) and field.name in record_type.masks:
        return record_type.masks[field.name](value)
    return _json(value)


def _json(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
    return value


def _is_read(field: ForeignKey, record_type: RecordType) -> bool:
    """Tell whether the type reads the record behind the key anyhow: naming others costs a query a row."""
    return any(path.split("__")[0] == field.name for path in record_type.related)


def serializer_of(record_type: RecordType) -> type[serializers.Serializer]:
    """Make the shape of `row_of` for the schema; the rows themselves are plain."""
    fields: dict[str, serializers.Field] = {
        "id": serializers.IntegerField(),
        "version": serializers.IntegerField(allow_null=True),
        "association_code": serializers.CharField(),
        "label": serializers.CharField(help_text="名称"),
    }
    for field in shown_fields(record_type.model):
        fields |= _shapes(field, record_type)
    for column in record_type.told_columns():
        kind = serializers.DateField if column.kind == Kind.DATE else serializers.CharField
        fields[column.name] = kind(allow_null=True, help_text=column.label)
    name = "".join(part.capitalize() for part in record_type.slug.split("-"))
    return type(f"{name}Record", (serializers.Serializer,), fields)


def _shapes(field: Field, record_type: RecordType) -> dict[str, serializers.Field]:
    options = {
        # Whoever does not reach what a key refers to is not told of it.
        "allow_null": field.null or field.name in record_type.readers or isinstance(field, ForeignKey),
        "help_text": str(field.verbose_name),
    }
    if not isinstance(field, ForeignKey):
        return {field.name: _shape(field, options)}
    key = {field.name: serializers.IntegerField(**options)}
    if not _is_read(field, record_type):
        return key
    if issubclass(field.related_model, Association):
        return {f"{field.name}_code": serializers.CharField(**options)}
    return key | {f"{field.name}_name": serializers.CharField(**options)}


def _shape(field: Field, options: dict[str, Any]) -> serializers.Field:
    if isinstance(field, ArrayField):
        inner = field.base_field
        return serializers.ListField(child=_shape(inner, {}), help_text=options["help_text"])
    if field.choices:
        return serializers.ChoiceField(field.flatchoices, allow_blank=field.blank, **options)
    for model_kind, kind in SCALARS:
        if isinstance(field, model_kind):
            return kind(**options)
    return serializers.CharField(**options)
