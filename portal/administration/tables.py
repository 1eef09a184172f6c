"""Rows of the tables of grants and tokens, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from portal.accounts.models import ApiToken, Grant, GroupGrant, User
from portal.accounts.roles import PERMISSION_NAMES, Permission
from portal.lib.dates import official_day

from .queries import SOON, giver_of


@dataclass(frozen=True, kw_only=True)
class GrantRow:
    """A grant in words; `code` tells the badge how it stands."""

    grant: Grant | GroupGrant
    role: str
    giver: str
    until: str
    state: str
    code: str
    is_in_force: bool


@dataclass(frozen=True, kw_only=True)
class TokenRow:
    """A token in words; `code` tells the badge how it stands."""

    token: ApiToken
    permissions: str
    state: str
    code: str
    is_own: bool


def grant_rows(grants: Iterable[Grant | GroupGrant], *, by: User, on: date) -> list[GrantRow]:
    """Put grants into words as they stand on the day."""
    return [_grant_row(grant, by=by, on=on) for grant in grants]


def _grant_row(grant: Grant | GroupGrant, *, by: User, on: date) -> GrantRow:
    is_in_force, last = grant.is_in_force(on=on), grant.last_day
    is_soon = is_in_force and last is not None and last <= on + SOON
    return GrantRow(
        grant=grant,
        role=grant.role.name,
        giver=giver_of(grant, by=by),
        until=_until(grant),
        state="即将到期" if is_soon else "有效" if is_in_force else "已结束",
        code="late" if is_soon else "met" if is_in_force else "ended",
        is_in_force=is_in_force,
    )


def _until(grant: Grant | GroupGrant) -> str:
    day = official_day(grant.last_day) if grant.last_day else ""
    if grant.term and grant.term.ends_on is None:
        return f"第{grant.term.number}届结束时，最迟{day}" if day else f"第{grant.term.number}届结束时"
    return day or "长期"


def token_rows(tokens: Iterable[ApiToken], *, by: User, at: datetime) -> list[TokenRow]:
    """Put tokens into words as they stand now."""
    return [_token_row(token, by=by, at=at) for token in tokens]


def _token_row(token: ApiToken, *, by: User, at: datetime) -> TokenRow:
    if token.revoked_at:
        state, code = "已停用", "ended"
    elif token.expires_at <= at:
        state, code = "已到期", "ended"
    elif not token.user.is_active:
        state, code = "用户已停用", "ended"
    else:
        state, code = "有效", "met"
    names = (PERMISSION_NAMES[Permission(each)] for each in token.permissions)
    return TokenRow(
        token=token, permissions="、".join(names), state=state, code=code, is_own=token.user_id == by.pk
    )
