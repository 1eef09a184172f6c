"""What a request may ask, and the refusal of everything else."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from associations.enums import Constituency, Kind, Level, Milestone, Post
from portal.lib.asof import parse_as_of
from portal.lib.dates import DayError
from portal.lib.form_fields import CODE

BIGINT_MAX = 2**63 - 1
PAGING = frozenset({"cursor", "page_size"})


class DayField(serializers.DateField):
    """A day, written as YYYY-MM-DD."""

    def to_internal_value(self, value: object):
        if not isinstance(value, str):
            raise serializers.ValidationError("日期须是 YYYY-MM-DD 形式的文本")
        try:
            return parse_as_of(value)
        except DayError as error:
            raise serializers.ValidationError(str(error)) from error


class CodeField(serializers.RegexField):
    """The official code of an association."""

    def __init__(self, **options: Any) -> None:
        super().__init__(rf"^{CODE}\Z", **options)


class NoParameters(serializers.Serializer):
    pass


class AsOf(serializers.Serializer):
    on = DayField(required=False, help_text="截至日期，默认今天")


class RegisterFilters(AsOf):
    level = serializers.ChoiceField(Level.choices, required=False, help_text="层级")
    parent = CodeField(required=False, help_text="直接上级协会的代码")
    under = CodeField(required=False, help_text="该协会及其全部下级")
    kind = serializers.ChoiceField(Kind.choices, required=False, help_text="类别")
    established = serializers.BooleanField(required=False, help_text="截至日期是否已建")
    q = serializers.CharField(required=False, max_length=60, help_text="名称、代码或拼音首字母")


class PlaceFilters(serializers.Serializer):
    association = CodeField(required=False, help_text="只要该协会的")
    under = CodeField(required=False, help_text="该协会及其全部下级的")


class MilestoneFilters(PlaceFilters):
    milestone = serializers.ChoiceField(Milestone.choices, required=False)
    on = DayField(required=False, help_text="只要截至该日的")


class ProposedSeat(serializers.Serializer):
    post = serializers.ChoiceField(Post.choices)
    constituency = serializers.ChoiceField(Constituency.choices)


class WhatIfBody(AsOf):
    leave = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIGINT_MAX),
        max_length=1000,
        default=list,
        help_text="拟卸任的任职编号",
    )
    enter = serializers.ListField(
        child=ProposedSeat(), max_length=1000, default=list, help_text="拟进入的席位"
    )


def read_parameters(
    request: Request, serializer: type[serializers.Serializer], *, others: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the query's values as the serializer reads them.

    Raises: ValidationError for a parameter that is unknown, given twice, or without sense.
    """
    query = request.query_params
    asked = serializer(data=query.dict())
    errors: dict[str, list[str]] = {
        name: ["没有这个参数"] for name in query if name not in asked.fields and name not in others
    }
    errors |= {name: ["该参数只能出现一次"] for name, values in query.lists() if len(values) > 1}
    if not asked.is_valid():
        errors |= asked.errors
    if errors:
        raise serializers.ValidationError(errors)
    return asked.validated_data
