from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    verbose_name = "账号与权限"

    def ready(self) -> None:
        # The models are there only now.
        from .sessions import note_sign_out, stamp_sign_in  # noqa: PLC0415

        user_logged_in.connect(stamp_sign_in, dispatch_uid="stamp_sign_in")
        user_logged_out.connect(note_sign_out, dispatch_uid="note_sign_out")
