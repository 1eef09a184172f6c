from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import (
    AuthenticationForm,
    BaseUserCreationForm,
    PasswordChangeForm,
    SetPasswordForm,
    UsernameField,
)
from django.http import HttpRequest

from .models import User


class SignInForm(AuthenticationForm):
    # Django's own field does not enforce the length, and a longer name cannot be noted as a failed try.
    username = UsernameField(
        max_length=User._meta.get_field("username").max_length,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )


class OldPassword(forms.Form):
    """Tries the password in use as a sign-in does, so that wrong ones are counted and lock the account."""

    request: HttpRequest

    def clean_old_password(self) -> str:
        old = self.cleaned_data["old_password"]
        username = self.request.user.get_username()
        if authenticate(self.request, username=username, password=old) is None:
            message = PasswordChangeForm.error_messages["password_incorrect"]
            raise forms.ValidationError(message, code="password_incorrect")
        return old


class ChangePasswordForm(OldPassword, PasswordChangeForm):
    def __init__(self, *args, request: HttpRequest, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.request = request


class CodeForm(forms.Form):
    code = forms.CharField(
        label="验证码",
        max_length=40,
        help_text="手机应用当前显示的 6 位数字；手机不在身边的，可用一个备用码",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class EnrolForm(OldPassword):
    """The password is asked for, too: a screen left open must not give its finder a device."""

    code = forms.CharField(
        label="验证码",
        max_length=10,
        help_text="应用当前显示的 6 位数字",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    old_password = forms.CharField(
        label="登录密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, request: HttpRequest, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.request = request


class LinkCodeForm(forms.Form):
    key = forms.CharField(
        label="链接码",
        help_text="链接中 # 后面的部分；把整个链接粘贴进来也可以",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class LinkForm(forms.Form):
    """The secret of a link, and the password that its user chooses; the action checks both."""

    key = forms.CharField(max_length=100, widget=forms.HiddenInput)
    new_password1 = SetPasswordForm.base_fields["new_password1"]
    new_password2 = SetPasswordForm.base_fields["new_password2"]

    def clean(self) -> dict:
        chosen = self.cleaned_data
        if chosen.get("new_password1") != chosen.get("new_password2"):
            self.add_error("new_password2", BaseUserCreationForm.error_messages["password_mismatch"])
        return chosen
