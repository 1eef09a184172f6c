from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class RecordsConfig(AppConfig):
    name = "portal.records"
    verbose_name = "记录"

    def ready(self) -> None:
        # Each room declares its record types in its own records.py and its import types in
        # imports.py; this one imports none of them.
        # erased_files.py of each room registers what an erasure takes out besides rows.
        autodiscover_modules("records", "imports", "erased_files")
        post_migrate.connect(allow_erasures, sender=self, dispatch_uid="allow_erasures")


def allow_erasures(*, using: str, **kwargs: Any) -> None:
    """Let the database know what the registry of personal data lets an erasure write into the history."""
    # The models are there only now.
    from portal.audit.erasing import allow_blanks  # noqa: PLC0415

    from .erasure import blanks_of_history  # noqa: PLC0415

    allow_blanks(connections[using], blanks_of_history())
