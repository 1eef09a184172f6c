"""Where one is signed in, and how to end that."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import lockouts, queries, sessions
from portal.accounts.enums import SignInEnd


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    context = {
        "sign_ins": queries.recent_sign_ins(request.user),
        "failures": lockouts.last_failures(request.user.get_username()),
        "current": sessions.current_sign_in(request).first(),
    }
    return render(request, "accounts/sessions.html", context)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    own = queries.own_sign_in(request.user, pk)
    if not own:
        raise Http404("没有这次登录，或已经结束")
    sessions.end_sign_ins(own, ending=SignInEnd.ENDED)
    messages.success(request, "该设备上的登录已结束。")
    return redirect("accounts:sessions")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    others = queries.other_sign_ins(request.user, than=sessions.current_sign_in(request))
    sessions.end_sign_ins(others, ending=SignInEnd.ENDED)
    messages.success(request, "其他设备上的登录已全部结束。")
    return redirect("accounts:sessions")
