"""Writes about who may sign in and what they may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import Permission as PermissionRow
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from portal.lib.dates import now, today
from portal.lib.findings import Finding, RuleViolation, Severity

from .models import ApiToken, Grant, User
from .roles import Permission, Role

if TYPE_CHECKING:
    from associations.models import Association

MAX_TOKEN_DAYS = 366


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A new token and its secret, which is told this once and kept nowhere."""

    token: ApiToken
    secret: str


@transaction.atomic
def create_user(
    *, username: str, name: str, association: "Association", password: str, by: User | None
) -> User:
    """Create a user who must choose their own password at the first sign-in; `by` None is the command line.

    Raises: RuleViolation outside the administrator's reach, for a taken or malformed name, a weak password.
    """
    _require_reach(by, association)
    user = User(username=username, name=name, association=association, must_change_password=True)
    try:
        validate_password(password, user)
        user.set_password(password)
        user.full_clean()
    except ValidationError as error:
        raise RuleViolation([_refused("invalid", message) for message in error.messages]) from error
    user.save()
    return user


@transaction.atomic
def grant_role(
    *, user: User, role: Role, association: "Association", by: User | None, ends_on: date | None = None
) -> Grant:
    """Give a user a role on an association and all below it, or move the end of the one that they have.

    Raises: RuleViolation outside the administrator's reach, for oneself, for an end that has passed.
    """
    _require_reach(by, association)
    if by is not None:
        _require_reach(by, user.association)
        if by.pk == user.pk:
            raise _refusal("own_grant", "不能给自己授权，请由上级管理员办理")
    if ends_on is not None and ends_on < today():
        raise _refusal("ended", "有效期不能早于今天")
    grant, _ = Grant.objects.scoped().update_or_create(
        user=user,
        permission=PermissionRow.objects.get(codename=role.codename, content_type__app_label="associations"),
        content_object=association,
        defaults={"ends_on": ends_on, "granted_by": by},
    )
    return grant


def end_grant(*, grant: Grant, by: User | None) -> None:
    """Take a role back; the user's next request is without it.

    Raises: RuleViolation outside the administrator's reach.
    """
    _require_reach(by, grant.content_object)
    # The last day of a grant still counts, so a grant that ends now had its last day yesterday.
    grant.ends_on = today() - timedelta(days=1)
    grant.save(update_fields=["ends_on"])


def make_token(
    *,
    user: User,
    association: "Association",
    days: int,
    name: str,
    permissions: Iterable[Permission] | None = None,
) -> IssuedToken:
    """Issue a token that acts as the user inside `association`, with what they hold there or a part of it.

    Raises: RuleViolation for a permission that the user does not hold there, or a life outside 1–366 days.
    """
    held = {permission for permission in Permission if user.scope.covers(permission, association.code)}
    asked = held if permissions is None else set(permissions)
    if not asked or not asked <= held:
        raise _refusal("not_held", "用户在该协会没有这些权限，不能写进令牌")
    if not 1 <= days <= MAX_TOKEN_DAYS:
        raise _refusal("days", f"有效天数须为1至{MAX_TOKEN_DAYS}天")
    secret = ApiToken.new_secret()
    token = ApiToken.objects.create(
        user=user,
        association=association,
        name=name,
        permissions=sorted(asked),
        token_hash=ApiToken.hash_of(secret),
        expires_at=now() + timedelta(days=days),
    )
    return IssuedToken(token=token, secret=secret)


def revoke_token(*, token: ApiToken) -> None:
    """Stop a token; its next request is refused."""
    token.revoked_at = now()
    token.save(update_fields=["revoked_at"])


def _require_reach(by: User | None, association: "Association | None") -> None:
    if by is None:
        return
    if association is None or not by.scope.covers(Permission.MANAGE_USERS, association.code):
        raise _refusal("out_of_reach", "没有这个协会，或不在您的管理范围内")


def _refused(code: str, message: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, message=message)


def _refusal(code: str, message: str) -> RuleViolation:
    return RuleViolation([_refused(code, message)])
