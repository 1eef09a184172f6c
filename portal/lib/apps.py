from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LibConfig(AppConfig):
    name = "portal.lib"
    label = "lib"

    def ready(self) -> None:
        from portal.lib import checks  # noqa: F401, PLC0415  registering is all that it is for
        from portal.lib.form_words import word_required_fields  # noqa: PLC0415  the apps come first

        word_required_fields()
        post_migrate.connect(record_keys_after_migrate, sender=self, dispatch_uid="record_keys")


def record_keys_after_migrate(**kwargs: Any) -> None:
    from portal.lib.sealed_columns import record_keys  # noqa: PLC0415  the apps come first

    record_keys()
