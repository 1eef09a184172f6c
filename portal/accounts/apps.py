from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in

from .sessions import stamp_sign_in


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    verbose_name = "账号与权限"

    def ready(self) -> None:
        user_logged_in.connect(stamp_sign_in, dispatch_uid="stamp_sign_in")
