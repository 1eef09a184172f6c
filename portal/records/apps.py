from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RecordsConfig(AppConfig):
    name = "portal.records"
    verbose_name = "记录"

    def ready(self) -> None:
        # Each room declares its record types in its own records.py and its import types in
        # imports.py; this one imports none of them.
        # erased_files.py of each room registers what an erasure takes out besides rows.
        autodiscover_modules("records", "imports", "erased_files")
