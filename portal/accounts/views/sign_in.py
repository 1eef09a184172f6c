from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.accounts import known_places, second_factor, sessions, waiting
from portal.accounts.forms import ChangePasswordForm, CodeForm, SignInForm

WRONG_CODE = "验证码不正确。连续输错时，每次须多等几秒再试；同一个验证码不能用两次。"


class SignIn(views.LoginView):
    http_method_names = ("get", "head", "post", "options")
    form_class = SignInForm
    template_name = "accounts/sign_in.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(limit=settings.SIGN_IN_LIMIT, **context)

    def form_valid(self, form: SignInForm) -> HttpResponse:
        user = form.get_user()
        if second_factor.device_of(user) is None:
            signed_in = super().form_valid(form)
            known_places.remember_browser(signed_in, username=user.get_username())
            return signed_in
        waiting.remember(self.request, user, leads_to=self.get_success_url())
        return redirect("accounts:sign_in_code")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    waiter = waiting.recall(request)
    if waiter is None:
        return redirect("accounts:sign_in")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        device = second_factor.check_code(user=waiter.user, code=form.cleaned_data["code"])
        if device:
            waiting.forget(request)
            # Taken over by django-otp when the session begins.
            waiter.user.otp_device = device
            login(request, waiter.user, backend=waiter.backend)
            signed_in = redirect(second_factor.safe_path(request, waiter.leads_to))
            known_places.remember_browser(signed_in, username=waiter.user.get_username())
            return signed_in
        form.add_error("code", WRONG_CODE)
    return render(request, "accounts/sign_in_code.html", {"form": form})


class SignOut(views.LogoutView):
    template_name = "accounts/signed_out.html"
    http_method_names = ("post", "options")


@method_decorator(sensitive_post_parameters(), name="dispatch")
class ChangePassword(views.PasswordChangeView):
    http_method_names = ("get", "head", "post", "options")
    form_class = ChangePasswordForm
    template_name = "accounts/password_change.html"
    success_url = "/"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: ChangePasswordForm) -> HttpResponse:
        form.user.must_change_password = False
        old_key = self.request.session.session_key
        changed = super().form_valid(form)
        sessions.keep_only(self.request, old_key=old_key)
        messages.success(self.request, "密码已修改，其他设备上的登录已全部退出。")
        return changed
