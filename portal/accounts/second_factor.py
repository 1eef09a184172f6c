from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase


def second_factor_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let nobody pass who did not sign in with a second factor.

    Raises: PermissionDenied.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args, **options) -> HttpResponseBase:
        if not request.user.is_verified():
            raise PermissionDenied("须先用动态口令登录，才能办理这项操作")
        return view(request, *args, **options)

    return checked
