from django.http import Http404, HttpRequest

from portal.accounts.roles import Permission

from .models import Association


def load_association(
    request: HttpRequest, code: str, permission: Permission = Permission.VIEW_REGISTER
) -> Association:
    """Return the association `code` if the user holds the permission there; missing and forbidden look the same.

    Raises: Http404.
    """
    found = (
        Association.objects.visible_to(request.user, permission).filter(code=code).select_related("parent")
    )
    association = found.first()
    if association is None:
        raise Http404("没有这个协会，或您无权查看")
    return association
