from django.db.models import Model
from django.http import Http404, HttpRequest

from portal.accounts.roles import Permission

from .types import RecordType


def require(request: HttpRequest, permission: Permission) -> None:
    """Let nobody on who holds the permission nowhere.

    Raises: Http404.
    """
    if not request.user.scope.may(permission):
        raise Http404("没有这个页面，或您无权查看")


def load_record(
    request: HttpRequest, record_type: RecordType, pk: int, permission: Permission | None = None
) -> Model:
    """Return a record that the user may see (and do `permission` to); missing and forbidden look alike.

    Raises: Http404.
    """
    mine = record_type.records().visible_to(request.user)
    if permission:
        mine = mine.visible_to(request.user, permission)
    record = mine.filter(pk=pk).first()
    if record is None:
        raise Http404(f"没有这条{record_type.label}记录，或您无权查看")
    return record
