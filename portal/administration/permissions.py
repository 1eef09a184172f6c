from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse

from portal.accounts.models import ApiToken, Grant, GroupGrant, Team, User
from portal.accounts.roles import Permission

View = Callable[..., HttpResponse]


def administrators_only(view: View) -> View:
    """Let pass whoever manages users somewhere; to others there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.scope.may(Permission.MANAGE_USERS):
            raise Http404("没有这个页面，或您无权查看")
        return view(request, *args, **kwargs)

    return guarded


def load_user(request: HttpRequest, pk: int) -> User:
    """Return a user of the administrator's subtree; missing and forbidden look alike.

    Raises: Http404.
    """
    users = User.objects.visible_to(request.user).filter(pk=pk)
    found = users.select_related("association").with_device().first()
    if found is None:
        raise Http404("没有这个用户，或不在您的管理范围内")
    return found


def load_grant(request: HttpRequest, pk: int) -> Grant:
    """Return a grant on an association of the administrator's subtree.

    Raises: Http404.
    """
    grants = Grant.objects.visible_to(request.user).filter(pk=pk)
    grant = grants.select_related("user__association", "content_object", "permission", "term").first()
    if grant is None:
        raise Http404("没有这项授权，或不在您的管理范围内")
    return grant


def load_team(request: HttpRequest, pk: int) -> Team:
    """Return a team of the administrator's subtree.

    Raises: Http404.
    """
    teams = Team.objects.visible_to(request.user).filter(pk=pk)
    team = teams.select_related("association", "group").first()
    if team is None:
        raise Http404("没有这个用户组，或不在您的管理范围内")
    return team


def load_team_grant(request: HttpRequest, pk: int) -> GroupGrant:
    """Return a team's grant on an association of the administrator's subtree.

    Raises: Http404.
    """
    grants = GroupGrant.objects.visible_to(request.user).filter(pk=pk)
    grant = grants.select_related("group__team", "content_object", "permission", "term").first()
    if grant is None:
        raise Http404("没有这项授权，或不在您的管理范围内")
    return grant


def load_token(request: HttpRequest, pk: int) -> ApiToken:
    """Return a token of one's own or of the administrator's subtree.

    Raises: Http404.
    """
    own = ApiToken.objects.scoped().filter(user=request.user, pk=pk)
    below = ApiToken.objects.visible_to(request.user).filter(pk=pk)
    token = (own | below).select_related("user", "association").first()
    if token is None:
        raise Http404("没有这个令牌，或不在您的管理范围内")
    return token
