"""Writes about volunteers' service."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.records.saving import refusal, save_record

from .models import ServiceRecord, Volunteer


@transaction.atomic
def record_service(
    *, volunteer: Volunteer, on: date, hours: Decimal, content: str, by: User
) -> ServiceRecord:
    """Put a day's service on record for a registered volunteer who has signed and was trained.

    Raises: RuleViolation. The database refuses the same for writes by any other way.
    """
    reachable = Volunteer.objects.visible_to(by, Permission.EDIT_RECORDS).filter(pk=volunteer.pk)
    if not reachable.select_for_update(of=("self",)).exists():
        raise refusal("所选志愿者不存在，或不在您的管理范围内", code="unknown_volunteer", field="volunteer")
    if not reachable.registered(on=on).exists():
        raise refusal("服务日期须在注册之后、退出之前", code="not_registered", field="on")
    if not reachable.prepared(on=on).exists():
        message = "志愿者须先签订协议并完成培训，服务日期须在协议期内、培训之后"
        raise refusal(message, code="not_prepared", field="on")
    service = ServiceRecord(volunteer=volunteer, on=on, hours=hours, content=content)
    save_record(service)
    return service
