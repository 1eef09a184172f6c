"""How far an administrator reaches; `by` None is the command line, which reaches everywhere."""

from typing import TYPE_CHECKING

from portal.lib.findings import Finding, RuleViolation, Severity

from .models import User
from .roles import Permission

if TYPE_CHECKING:
    from associations.models import Association

NO_ASSOCIATION = "没有这个协会，或不在您的管理范围内"
NO_USER = "没有这个用户，或不在您的管理范围内"


def refusal(code: str, message: str, *, field: str = "") -> RuleViolation:
    """Return a violation with one error; `source` names the field that it belongs to."""
    return RuleViolation([Finding(code=code, severity=Severity.ERROR, message=message, source=field)])


def reaches(by: User | None, association: "Association | None") -> bool:
    """Tell whether users and grants of an association are the administrator's to manage."""
    if by is None:
        return True
    return association is not None and by.scope.covers(Permission.MANAGE_USERS, association.code)


def require_reach(by: User | None, association: "Association | None") -> None:
    """Refuse an association that is not the administrator's to manage, as if there were none.

    Raises: RuleViolation.
    """
    if not reaches(by, association):
        raise refusal("out_of_reach", NO_ASSOCIATION, field="association")


def require_member(by: User | None, user: User) -> None:
    """Refuse a user whose association is not the administrator's to manage, as if there were none.

    Raises: RuleViolation.
    """
    if not reaches(by, user.association):
        raise refusal("out_of_reach", NO_USER, field="user")


def require_power_over(by: User | None, user: User) -> None:
    """Refuse to act on one's own account, or on that of somebody who holds more than one reaches.

    Whoever resets a password can sign in with it, and must not come by a role from above in that way.
    Raises: RuleViolation.
    """
    require_member(by, user)
    if by is None:
        return
    if by.pk == user.pk:
        raise refusal("own_account", "不能办理自己的账号，请由其他管理员办理")
    if not all(by.scope.covers(Permission.MANAGE_USERS, code) for _, code in user.held_roles()):
        raise refusal("holds_more", "该用户在您的管理范围之外还有授权，请由上级管理员办理")
