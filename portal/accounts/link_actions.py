"""Links by which somebody sets their own password: invitations, and for whoever forgot it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from portal.lib.dates import now
from portal.lib.findings import Finding, RuleViolation, Severity

from . import actions, lockouts
from .enums import LinkPurpose, SignInEnd, UserState
from .models import AccessLink, SignIn, User
from .reach import refusal, require_power_over
from .roles import Role
from .sessions import end_sign_ins

if TYPE_CHECKING:
    from associations.models import Association

LIFE = {LinkPurpose.INVITATION: timedelta(days=20), LinkPurpose.RESET: timedelta(hours=24)}
# One answer for used, expired, revoked and made-up links: none of them tells what it once was.
DEAD = "链接无效：地址不完整，或已使用、已过期、已作废"


@dataclass(frozen=True, kw_only=True)
class IssuedLink:
    """A new link and its secret, which is told this once and kept nowhere."""

    link: AccessLink
    secret: str


@transaction.atomic
def invite(
    *,
    username: str,
    name: str,
    email: str,
    association: "Association",
    roles: Iterable[Role],
    ends_on: date | None,
    by: User,
) -> IssuedLink:
    """Create a user without a password, with roles on their association, and the link to set one.

    Raises: RuleViolation outside the administrator's reach, for a taken or malformed name, for a past end.
    """
    user = actions.create_user(username=username, name=name, email=email, association=association, by=by)
    for role in roles:
        actions.grant_role(user=user, role=role, association=association, ends_on=ends_on, by=by)
    return issue_link(user=user, by=by)


@transaction.atomic
def issue_link(*, user: User, by: User) -> IssuedLink:
    """Make a new link for a user; an older one is dead.

    Whoever never had a password gets an invitation, everybody else a link of a day.
    Raises: RuleViolation outside the administrator's power, for a deactivated user.
    """
    require_power_over(by, user)
    locked = User.objects.scoped().select_for_update().get(pk=user.pk)
    if locked.state == UserState.DEACTIVATED:
        raise refusal("deactivated", "该用户已停用，请先恢复使用")
    is_new = locked.state == UserState.INVITED
    purpose = LinkPurpose.INVITATION if is_new else LinkPurpose.RESET
    AccessLink.objects.scoped().open().filter(user=locked).update(revoked_at=now())
    secret = AccessLink.new_secret()
    link = AccessLink.objects.create(
        user=locked,
        purpose=purpose,
        secret_hash=AccessLink.hash_of(secret),
        created_by=by,
        expires_at=now() + LIFE[purpose],
    )
    return IssuedLink(link=link, secret=secret)


def secret_in(text: str) -> str:
    """Return the secret in what was posted: the code alone, or the whole link that somebody pasted."""
    # A code has neither sign; links of old carried it behind "key=".
    return re.split("[#=]", text.strip())[-1]


def live_link(secret: str) -> AccessLink | None:
    """Return the link that a secret opens; None for used, expired, revoked and made-up ones alike."""
    links = AccessLink.objects.scoped().live(at=now()).select_related("user")
    return links.filter(secret_hash=AccessLink.hash_of(secret)).first()


@transaction.atomic
def accept_link(*, secret: str, password: str) -> User:
    """Set the password of the link's user, once: of any number who try at the same moment, the first.

    Their sessions end and a lock after failed sign-ins is lifted.
    Raises: RuleViolation for a dead link, for a weak password.
    """
    links = AccessLink.objects.scoped().live(at=now()).filter(secret_hash=AccessLink.hash_of(secret))
    # The lock is waited for, and the conditions are asked again of what the one before has left.
    link = links.select_for_update(of=("self",)).select_related("user").first()
    if link is None:
        raise refusal("dead", DEAD)
    user = link.user
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise RuleViolation(
            Finding(code="invalid", severity=Severity.ERROR, message=message, source="new_password2")
            for message in error.messages
        ) from error
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    link.used_at = now()
    link.save(update_fields=["used_at"])
    end_sign_ins(SignIn.objects.scoped().filter(user=user), ending=SignInEnd.PASSWORD)
    lockouts.lift(user)
    return user
