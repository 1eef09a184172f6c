from django.http import Http404, HttpRequest

from associations.models import Association
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.records.saving import refusal

# What the register says of people; whoever may see the register and no people finds it empty.
PERSONAL_FIELDS = ("phone", "legal_representative")
MISSING = "没有这个协会，或您无权办理"


def sees_people(user: User, code: str) -> bool:
    """Tell whether the user may read the `PERSONAL_FIELDS` of the association `code`."""
    return user.scope.covers(Permission.VIEW_PEOPLE, code)


def load_association(
    request: HttpRequest, code: str, permission: Permission = Permission.VIEW_REGISTER
) -> Association:
    """Return the association `code` if the user holds the permission there; missing and forbidden look alike.

    Raises: Http404.
    """
    found = (
        Association.objects.visible_to(request.user, permission).filter(code=code).select_related("parent")
    )
    association = found.first()
    if association is None:
        raise Http404("没有这个协会，或您无权查看")
    return association


def load_from_above(request: HttpRequest, code: str) -> Association:
    """Return the association `code` if the user edits records of a place strictly above it.

    Raises: Http404, for one's own association as well: nobody recodes or merges themselves.
    """
    association = load_association(request, code, Permission.EDIT_RECORDS)
    if not request.user.scope.is_above(Permission.EDIT_RECORDS, code):
        raise Http404("只有上级协会可以办理")
    return association


def require(permission: Permission, by: User, code: str, *, field: str = "") -> None:
    """Refuse whoever lacks the permission at `code`, which an action has under its lock.

    Raises: RuleViolation with the answer that a code of no association gets.
    """
    if not by.scope.covers(permission, code):
        raise refusal(MISSING, code="missing", field=field)


def require_from_above(by: User, code: str) -> None:
    """Refuse whoever does not edit records of a place strictly above `code`.

    Raises: RuleViolation, as `require`.
    """
    if not by.scope.is_above(Permission.EDIT_RECORDS, code):
        raise refusal(MISSING, code="missing")
