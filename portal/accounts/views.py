from django.contrib import messages
from django.contrib.auth import views
from django.http import HttpResponse


class SignIn(views.LoginView):
    template_name = "accounts/sign_in.html"


class SignOut(views.LogoutView):
    template_name = "accounts/signed_out.html"
    http_method_names = ("post", "options")


class ChangePassword(views.PasswordChangeView):
    template_name = "accounts/password_change.html"
    success_url = "/"

    def form_valid(self, form) -> HttpResponse:
        form.user.must_change_password = False
        messages.success(self.request, "密码已修改，其他设备上的登录已全部退出。")
        return super().form_valid(form)
