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

from .enums import SignInEnd
from .models import AccessLink, ApiToken, Grant, GroupGrant, SignIn, User
from .reach import reaches, refusal, require_member, require_power_over, require_reach
from .roles import Permission, Role
from .scope import guarded
from .sessions import end_sign_ins

if TYPE_CHECKING:
    from associations.models import Association
    from members.models import Term

MAX_TOKEN_DAYS = 366


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A new token and its secret, which is told this once and kept nowhere."""

    token: ApiToken
    secret: str


@transaction.atomic
def create_user(
    *,
    username: str,
    name: str,
    association: "Association",
    by: User | None,
    password: str | None = None,
    email: str = "",
) -> User:
    """Create a user who must choose their own password, at the first sign-in or (without one) by a link.

    Raises: RuleViolation outside the administrator's reach, for a taken or malformed name, a weak password.
    """
    require_reach(by, association)
    user = User(username=username, name=name, association=association, email=email)
    user.must_change_password = password is not None
    try:
        if password is not None:
            validate_password(password, user)
        user.set_password(password)
        # Names are unique in the whole portal, so a clash with somebody out of sight is refused, too.
        with guarded(False):
            user.full_clean()
    except ValidationError as error:
        raise RuleViolation(_findings(error)) from error
    user.save()
    return user


@transaction.atomic
def change_user(*, user: User, name: str, association: "Association", email: str, by: User | None) -> None:
    """Correct who a user is: their name, where they work, where links are sent to.

    Raises: RuleViolation outside the administrator's power, or for values that do not fit.
    """
    require_power_over(by, user)
    require_reach(by, association)
    locked = User.objects.scoped().select_for_update().get(pk=user.pk)
    locked.name, locked.association, locked.email = name, association, email
    try:
        with guarded(False):
            locked.full_clean()
    except ValidationError as error:
        raise RuleViolation(_findings(error)) from error
    locked.save(update_fields=["name", "association", "email"])


@transaction.atomic
def deactivate_user(*, user: User, by: User | None) -> None:
    """Stop an account: its sessions end, its tokens and links are dead from the next request on.

    Raises: RuleViolation outside the administrator's power.
    """
    require_power_over(by, user)
    locked = User.objects.scoped().select_for_update().get(pk=user.pk)
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    AccessLink.objects.scoped().open().filter(user=locked).update(revoked_at=now())
    end_sign_ins(SignIn.objects.scoped().filter(user=locked), ending=SignInEnd.ENDED_FROM_ABOVE)


def reactivate_user(*, user: User, by: User | None) -> None:
    """Let a deactivated user sign in again, with the grants that are still in force.

    Raises: RuleViolation outside the administrator's power.
    """
    require_power_over(by, user)
    User.objects.scoped().filter(pk=user.pk).update(is_active=True)


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: Role,
    association: "Association",
    by: User | None,
    ends_on: date | None = None,
    term: "Term | None" = None,
) -> Grant:
    """Give a user a role on an association and all below it, or move the end of the one that they have.

    A grant that is tied to a `term` of the association ends with it, or earlier on a day of its own.
    Raises: RuleViolation outside the administrator's reach, for oneself, for an end that has passed.
    """
    require_reach(by, association)
    require_member(by, user)
    if by is not None and by.pk == user.pk:
        raise refusal("own_grant", "不能给自己授权，请由上级管理员办理")
    grant, _ = Grant.objects.scoped().update_or_create(
        user=user,
        permission=row_of(role),
        content_object=association,
        defaults=grant_values(ends_on=ends_on, term=term, association=association, by=by),
    )
    return grant


def grant_values(
    *, ends_on: date | None, term: "Term | None", association: "Association", by: User | None
) -> dict[str, object]:
    """Return what a grant says of its giving.

    Raises: RuleViolation for an end that has passed, and for a term of another association.
    """
    if ends_on is not None and ends_on < today():
        raise refusal("ended", "有效期不能早于今天", field="ends_on")
    if term is not None and term.association_id != association.pk:
        raise refusal("other_term", "该届次不是这个协会的", field="with_term")
    return {"ends_on": ends_on, "term": term, "granted_by": by, "granted_at": now()}


def row_of(role: Role) -> PermissionRow:
    """Return the permission of guardian that stands for a role."""
    return PermissionRow.objects.get(codename=role.codename, content_type__app_label="associations")


@transaction.atomic
def end_grant(*, grant: Grant | GroupGrant, by: User | None) -> None:
    """Take a role back; the next request is without it.

    Raises: RuleViolation outside the administrator's reach, and for one that has ended.
    """
    require_reach(by, grant.content_object)
    locked = type(grant).objects.scoped().select_for_update(of=("self",)).get(pk=grant.pk)
    if not locked.is_in_force(on=today()):
        raise refusal("ended", "该授权已经结束")
    # The last day of a grant still counts, so a grant that ends now had its last day yesterday.
    grant.ends_on = locked.ends_on = today() - timedelta(days=1)
    locked.save(update_fields=["ends_on"])


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
        raise refusal("not_held", "用户在该协会没有这些权限，不能写进令牌", field="permissions")
    if not 1 <= days <= MAX_TOKEN_DAYS:
        raise refusal("days", f"有效天数须为1至{MAX_TOKEN_DAYS}天", field="days")
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


def revoke_token(*, token: ApiToken, by: User | None) -> None:
    """Stop a token; its next request is refused. Who revokes it first is who did.

    Raises: RuleViolation for a token that is neither one's own nor of the administrator's subtree.
    """
    if by is not None and by.pk != token.user_id and not reaches(by, token.association):
        raise refusal("out_of_reach", "没有这个令牌，或不在您的管理范围内")
    ApiToken.objects.scoped().filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now())


def _findings(error: ValidationError) -> list[Finding]:
    by_field = error.message_dict if hasattr(error, "error_dict") else {"password": error.messages}
    return [
        Finding(code="invalid", severity=Severity.ERROR, message=message, source=field)
        for field, messages in by_field.items()
        for message in messages
    ]
