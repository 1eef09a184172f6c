"""Show what a mask hides: on record first, a few times a day, with a reason."""

from collections.abc import Sequence
from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.views.decorators.debug import sensitive_variables

from portal.accounts.models import User
from portal.audit.enums import WHOLE, Channel
from portal.audit.looks import looks_since, record_looks
from portal.lib.page_parts import Fact

from .personal_data import labels_of
from .saving import refusal
from .subjects import NAMES_NOBODY, lock_of, names_somebody
from .types import RecordType


@sensitive_variables()
def reveal(
    record: Model, *, names: Sequence[str], reason: str, record_type: RecordType, by: User, at: datetime
) -> list[Fact]:
    """Put the look on record, then return the whole values of these masked fields.

    Raises: RuleViolation where the data are frozen or erased, for a reason that names somebody, past the
    day's number of looks; LookNotRecorded.
    """
    if lock := lock_of(record):
        raise refusal(f"该记录的个人信息{lock}，不能查看", code="locked")
    if names_somebody(reason, record):
        raise refusal(NAMES_NOBODY, code="names", field="detail")
    labels = labels_of(record_type.model)
    with transaction.atomic():
        require_room(by=by, at=at)
        record_looks(
            user=by,
            records=[record],
            code_of=record_type.code_of,
            channel=Channel.REVEAL,
            purpose=f"{'、'.join(labels[name] for name in names)}：{reason}",
        )
    return [Fact(label=labels[name], value=record_type.whole(record, name)) for name in names]


def require_room(*, by: User, at: datetime) -> None:
    """Refuse more than a day's work needs of what masks hide, however it is told; asked inside a transaction.

    Raises: RuleViolation.
    """
    # The user's own row makes two looks at the same moment wait for each other.
    User.objects.scoped().select_for_update(no_key=True).get(pk=by.pk)
    midnight = datetime.combine(at.date(), time.min, at.tzinfo)
    if looks_since(midnight, user=by, channels=WHOLE) >= settings.REVEALS_PER_DAY:
        message = f"今天查看、核对完整信息已达 {settings.REVEALS_PER_DAY} 次，请明天再办理"
        raise refusal(message, code="too_many")
