"""Tell whether exactly this masked value is on record: the same guard as in front of the value itself."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Model
from django.views.decorators.debug import sensitive_variables

from portal.accounts.models import User
from portal.accounts.scope import ScopedQuerySet
from portal.accounts.second_factor import has_second_factor
from portal.audit.enums import Channel
from portal.audit.looks import record_looks, record_question

from .personal_data import labels_of
from .revealing import require_room
from .saving import refusal

M = TypeVar("M", bound=Model)

NO_CODE = "核对身份证号等完整信息须先验证手机验证码"


@sensitive_variables()
def exact_matches(
    rows: "ScopedQuerySet[M]",
    *,
    field: str,
    cause: str,
    code_of: Callable[[M], str],
    by: User,
    at: datetime,
) -> list[M]:
    """Put hit or miss on record, then return the rows; the caller narrowed them to the user and to the value.

    `field` is the masked field that was compared. A hit is a look at each row, a miss is one at none of them;
    the value itself is in neither.
    Raises: RuleViolation without a second factor, past the day's number of looks; LookNotRecorded.
    """
    require_second_factor(by)
    purpose = f"{labels_of(rows.model)[field]}：{cause}"
    with transaction.atomic():
        require_room(by=by, at=at)
        found = list(rows)
        if found:
            record_looks(
                user=by, records=found, code_of=code_of, channel=Channel.MATCH, purpose=f"{purpose}，已登记"
            )
        else:
            record_question(
                user=by,
                model=rows.model,
                code=by.home_code(rows.view_permission),
                channel=Channel.MATCH,
                purpose=f"{purpose}，未找到",
            )
    return found


def require_second_factor(by: User) -> None:
    """Refuse to compare with a masked value for whoever gave no code in this session.

    Raises: RuleViolation.
    """
    if not has_second_factor(by):
        raise refusal(NO_CODE, code="second_factor")
