"""What pages about other people's accounts ask; nothing outside the asker's subtree answers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q

from associations.models import Association
from members.queries import term_on
from members.term_states import sitting_terms
from portal.accounts import lockouts
from portal.accounts.models import AccessLink, ApiToken, Grant, GroupGrant, Team, User
from portal.accounts.models.user import ApiTokenQuerySet, GrantQuerySet, UserQuerySet
from portal.accounts.roles import ROLE_BY_CODE, Permission
from portal.accounts.scope import under_any
from portal.lib.dates import now, today

from .term_ends import TermEnd

SOON = timedelta(days=30)
MOST_GRANTS_OF_ONE = 200


@dataclass(frozen=True, kw_only=True)
class UserRow:
    """A user and the roles that they hold today in the asker's subtree, in words."""

    user: User
    roles: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What stands in the way of a user's sign-in, or helps it."""

    locked_until: datetime | None
    link: AccessLink | None


def users_wanted(by: User, *, text: str, under: str, role: str, state: str, on: date) -> UserQuerySet:
    """Return the users of the asker's subtree that match what the list's filters say."""
    users: UserQuerySet = User.objects.visible_to(by).select_related("association").with_device()
    if text:
        users = users.filter(Q(name__icontains=text) | Q(username__icontains=text))
    if under:
        users = users.under(under)
    if role:
        users = users.holding(ROLE_BY_CODE[role], on=on)
    return users.in_state(state) if state else users


def user_rows(users: Sequence[User], *, by: User, on: date) -> list[UserRow]:
    """Add to the users of a page their roles, in two statements."""
    keys = [user.pk for user in users]
    roles: defaultdict[int, list[str]] = defaultdict(list)
    for grant in _grants(by).in_force(on=on).filter(user__in=keys):
        _add_role(roles[grant.user_id], grant)
    shared = GroupGrant.objects.visible_to(by).in_force(on=on).filter(group__user__in=keys)
    for grant in shared.select_related("permission", "content_object").annotate(member=F("group__user")):
        _add_role(roles[grant.member], grant)
    return [UserRow(user=user, roles="、".join(roles[user.pk])) for user in users]


def _add_role(found: list[str], grant: Grant | GroupGrant) -> None:
    if grant.role.name not in found:
        found.append(grant.role.name)


def standing_of(user: User) -> Standing:
    """Tell what stands in the way of a user's sign-in."""
    links = AccessLink.objects.scoped().open().filter(user=user).select_related("created_by__association")
    return Standing(
        locked_until=lockouts.locked_until(user.get_username()),
        link=links.first(),
    )


def grants_of(user: User, *, by: User) -> list[Grant]:
    """Return the grants of a user in the asker's subtree, those in force and those that ended."""
    return list(_grants(by).filter(user=user).order_by("content_object__code", "pk")[:MOST_GRANTS_OF_ONE])


def grants_wanted(by: User, *, text: str, under: str, role: str, state: str, on: date) -> GrantQuerySet:
    """Return the users' grants in the asker's subtree that match what the list's filters say."""
    grants = _grants(by)
    if text:
        grants = grants.filter(Q(user__name__icontains=text) | Q(user__username__icontains=text))
    if under:
        grants = grants.under(under)
    if role:
        grants = grants.filter(permission__codename=ROLE_BY_CODE[role].codename)
    if state == "ended":
        return grants.ended(on=on)
    return grants.ending(first=on, last=on + SOON) if state == "soon" else grants.in_force(on=on)


def _grants(by: User) -> GrantQuerySet:
    return Grant.objects.visible_to(by).select_related(
        "user__association", "content_object", "permission", "term", "granted_by__association"
    )


def giver_of(grant: Grant | GroupGrant, *, by: User) -> str:
    """Name who gave a grant: the person where the asker manages them, else their office."""
    giver = grant.granted_by
    if giver is None:
        return "系统"
    is_below = giver.association and by.scope.covers(Permission.MANAGE_USERS, giver.association.code)
    return str(giver) if is_below else giver.office


def teams_of(by: User) -> list[Team]:
    """Return the teams of the asker's subtree with `member_count`."""
    teams = Team.objects.visible_to(by).select_related("association")
    return list(teams.annotate(member_count=Count("group__user")).order_by("association__code", "name")[:500])


def team_members(team: Team, *, by: User) -> list[User]:
    """Return the members of a team whom the asker manages."""
    members = User.objects.visible_to(by).filter(groups=team.group_id)
    return list(members.select_related("association").order_by("username"))


def team_grants(team: Team, *, by: User) -> list[GroupGrant]:
    """Return what was given to a team in the asker's subtree."""
    grants = GroupGrant.objects.visible_to(by).filter(group=team.group_id)
    return list(
        grants.select_related("content_object", "permission", "term", "granted_by__association").order_by(
            "content_object__code", "pk"
        )
    )


def user_named(username: str, *, by: User) -> User | None:
    """Return the user of that name in the asker's subtree."""
    mine: UserQuerySet = User.objects.visible_to(by).select_related("association")
    return mine.filter(username=username).first()


def tokens_for(by: User, *, state: str) -> ApiTokenQuerySet:
    """Return the asker's own tokens and those of the subtree whose users they manage."""
    below = under_any("association__code", by.scope.prefixes_for(Permission.MANAGE_USERS))
    tokens: ApiTokenQuerySet = (
        ApiToken.objects.filter(Q(user=by) | below).scoped().select_related("user", "association")
    )
    if state == "live":
        return tokens.live(at=now())
    return tokens.exclude(pk__in=tokens.live(at=now()).values("pk")) if state == "dead" else tokens


def end_with_term(association: Association) -> TermEnd | None:
    """Return the term that sits today and the day it is due to end; None where none sits."""
    term = term_on(association, on=today())
    if term is None:
        return None
    sitting = sitting_terms([association], on=today())[association.pk]
    return TermEnd(term=term, due_on=sitting.due_on) if sitting.due_on else None
