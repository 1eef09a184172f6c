from typing import Any

from django.contrib import messages
from django.contrib.auth import views
from django.http import HttpResponse

from .forms import ChangePasswordForm, SignInForm


class SignIn(views.LoginView):
    http_method_names = ("get", "head", "post", "options")
    form_class = SignInForm
    template_name = "accounts/sign_in.html"


class SignOut(views.LogoutView):
    template_name = "accounts/signed_out.html"
    http_method_names = ("post", "options")


class ChangePassword(views.PasswordChangeView):
    http_method_names = ("get", "head", "post", "options")
    form_class = ChangePasswordForm
    template_name = "accounts/password_change.html"
    success_url = "/"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form) -> HttpResponse:
        form.user.must_change_password = False
        messages.success(self.request, "密码已修改，其他设备上的登录已全部退出。")
        return super().form_valid(form)
