"""Write one record so that a broken constraint is a finding and not a crash."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import F, ProtectedError

from portal.accounts.scope import guarded
from portal.lib.findings import Finding, RuleViolation, Severity

# Raised by triggers and keys of two columns, which know no `violation_error_message`.
TRIGGER_MESSAGES = {
    "appointment_inside_term": "任职日期须在该届起止日期之内",
    "person_stays_while_frozen": "该人员的个人信息已冻结，解除冻结前不能修改",
    "family_stays_while_frozen": "该家庭的个人信息已冻结，解除冻结前不能修改",
    "membership_group_of_association": "会员小组须属于同一协会",
    "service_is_prepared": "志愿者须先签订协议并完成培训，服务日期须在协议期内、培训之后",
}


def refusal(message: str, *, code: str, field: str = "") -> RuleViolation:
    """Return a violation with one error; `source` names the field that it belongs to."""
    return RuleViolation([Finding(code=code, severity=Severity.ERROR, message=message, source=field)])


def save_record(record: models.Model) -> None:
    """Validate and save a new or changed record.

    Raises: RuleViolation for each field and constraint that does not hold, also where two writers race.
    """
    try:
        with transaction.atomic():
            # Constraints look at rows that the writer may not see, so that a clash is refused all the same.
            with guarded(False):
                record.full_clean()
            record.save()
    except ValidationError as error:
        raise RuleViolation(_findings(error)) from error
    except IntegrityError as error:
        raise refusal(_message_of(record, error), code="constraint") from error
    except DataError as error:
        # An exclusion over days fails in SQL where they are out of order, before their check is asked.
        broken = _broken_checks(record)
        if not broken:
            raise
        raise RuleViolation(broken) from error


def save_version(record: models.Model, *, seen: int) -> None:
    """Save a changed record unless somebody else saved it since version `seen` was shown.

    Raises: RuleViolation with the code `stale` when the record moved on; otherwise as `save_record`.
    """
    with transaction.atomic():
        lock_version(record, seen=seen)
        record.version = seen + 1
        save_record(record)


def lock_version(record: models.Model, *, seen: int) -> None:
    """Hold the stored record until the transaction ends.

    Raises: RuleViolation with the code `stale` when it was changed since version `seen`.
    """
    # Locked and not updated here: one save is one version in the history.
    rows = type(record)._base_manager.filter(pk=record.pk, version=seen)
    if rows.select_for_update().first() is None:
        raise refusal("该记录已被他人修改，请核对后再保存", code="stale")


def delete_record(record: models.Model) -> None:
    """Delete a record.

    Raises: RuleViolation while others rest on it.
    """
    try:
        # Whoever rests on it may lie beyond the writer's reach, and holds it all the same.
        with transaction.atomic(), guarded(False):
            record.delete()
    except ProtectedError as error:
        resting = sorted({str(each._meta.verbose_name) for each in error.protected_objects})
        raise refusal(f"还有{'、'.join(resting)}引用该记录，不能删除", code="in_use") from error
    except IntegrityError as error:
        raise refusal(_message_of(record, error), code="constraint") from error


def update_rows(rows: models.QuerySet, values: Mapping[str, object]) -> None:
    """Write the same values into all rows by one statement, and move their versions on.

    Raises: RuleViolation when a constraint does not hold for one of them; then none is changed.
    """
    try:
        with transaction.atomic():
            rows.update(**values, version=F("version") + 1)
    except IntegrityError as error:
        raise refusal(_message_of(rows.model, error), code="constraint") from error


def create_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model by one statement, all or none; the caller has validated them.

    Raises: RuleViolation when a constraint does not hold for one of them.
    """
    if not rows:
        return
    try:
        with transaction.atomic():
            type(rows[0])._base_manager.bulk_create(rows)
    except IntegrityError as error:
        raise refusal(_message_of(rows[0], error), code="constraint") from error


def _findings(error: ValidationError) -> list[Finding]:
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return [
        Finding(
            code="invalid",
            severity=Severity.ERROR,
            message=message,
            source="" if field == "__all__" else field,
        )
        for field, messages in by_field.items()
        for message in messages
    ]


def _broken_checks(record: models.Model) -> list[Finding]:
    findings = []
    for model, constraints in record.get_constraints():
        for constraint in constraints:
            if isinstance(constraint, models.CheckConstraint):
                try:
                    constraint.validate(model, record)
                except ValidationError as error:
                    findings += _findings(error)
    return findings


def broken_constraint(error: IntegrityError, written: Sequence[type[models.Model]]) -> RuleViolation:
    """Return the refusal of a statement about many records, in the words of the constraint that it broke.

    Raises: the error itself where the constraint is of none of these models.
    """
    name = error.__cause__.diag.constraint_name or ""
    owners = (model for model in written if any(each.name == name for each in model._meta.constraints))
    return refusal(_message_of(next(owners, written[0]), error), code="constraint")


def _message_of(record: models.Model | type[models.Model], error: IntegrityError) -> str:
    name = error.__cause__.diag.constraint_name or ""
    for constraint in record._meta.constraints:
        if constraint.name == name:
            return str(constraint.violation_error_message)
    if name in TRIGGER_MESSAGES:
        return TRIGGER_MESSAGES[name]
    raise error
