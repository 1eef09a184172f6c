"""Reports that a client asks for: read from the body, and asked for once."""

from datetime import date
from typing import Any

from rest_framework import serializers

from associations.models import Association
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import today
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


def order_report(*, asked: dict[str, Any], by: User, key: str) -> Report:
    """Ask for the report; the same key again gives the report of the first time.

    Raises: RuleViolation where the key was used for another report.
    """
    on: date = asked.get("on") or today()
    return actions.request_report(
        kind=ReportKind(asked["kind"]),
        association=asked["association"],
        on=on,
        formats=list(asked["formats"]),
        by=by,
        request_key=key,
    )
