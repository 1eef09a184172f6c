"""Writes about teams: users of one association who hold roles together."""

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction

from . import actions
from .models import GroupGrant, Team, TeamMembership, User
from .reach import refusal, require_member, require_reach
from .roles import Permission, Role
from .scope import guarded

if TYPE_CHECKING:
    from associations.models import Association
    from members.models import Term


@transaction.atomic
def make_team(*, name: str, association: "Association", by: User) -> Team:
    """Make a team of an association.

    Raises: RuleViolation outside the administrator's reach, for a name that the association has already.
    """
    require_reach(by, association)
    team = Team(name=name, association=association, group=Group.objects.create(name=uuid.uuid4().hex))
    try:
        with guarded(False):
            team.full_clean()
    except ValidationError as error:
        raise refusal("invalid", "；".join(error.messages), field="name") from error
    team.save()
    return team


@transaction.atomic
def add_member(*, team: Team, user: User, by: User) -> None:
    """Let a user hold what the team holds; they belong to the team's association or below it.

    Raises: RuleViolation outside the administrator's reach, for oneself, for a team that holds more.
    """
    _require_team(by, team)
    require_member(by, user)
    if user.association is None or not user.association.code.startswith(team.association.code):
        raise refusal("outside_team", "该用户不属于用户组所在的协会及其下级", field="user")
    if user.pk == by.pk:
        raise refusal("own_grant", "不能把自己加入用户组，请由其他管理员办理", field="user")
    TeamMembership.objects.get_or_create(user=user, group=team.group)


def remove_member(*, team: Team, user: User, by: User) -> None:
    """Take a user out of a team.

    Raises: RuleViolation outside the administrator's reach.
    """
    require_reach(by, team.association)
    TeamMembership.objects.filter(user=user, group=team.group).delete()


@transaction.atomic
def grant_to_team(
    *,
    team: Team,
    role: Role,
    association: "Association",
    by: User,
    ends_on: date | None = None,
    term: "Term | None" = None,
) -> GroupGrant:
    """Give a team a role on an association and all below it, or move the end of the one that it has.

    Raises: RuleViolation outside the administrator's reach, for one's own team, for an end that has passed.
    """
    _require_team(by, team)
    require_reach(by, association)
    if TeamMembership.objects.filter(user=by, group=team.group).exists():
        raise refusal("own_grant", "不能给自己所在的用户组授权，请由其他管理员办理")
    grant, _ = GroupGrant.objects.scoped().update_or_create(
        group=team.group,
        permission=actions.row_of(role),
        content_object=association,
        defaults=actions.grant_values(ends_on=ends_on, term=term, association=association, by=by),
    )
    return grant


def _require_team(by: User, team: Team) -> None:
    require_reach(by, team.association)
    held = GroupGrant.objects.scoped().filter(group=team.group).values_list("content_object__code", flat=True)
    if not all(by.scope.covers(Permission.MANAGE_USERS, code) for code in held):
        raise refusal("holds_more", "该用户组在您的管理范围之外还有授权，请由上级管理员办理")
