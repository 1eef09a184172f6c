from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RecordsConfig(AppConfig):
    name = "portal.records"
    verbose_name = "记录"

    def ready(self) -> None:
        # Each room declares its record types in its own records.py and its import types in
        # imports.py; this one imports none of them.
        autodiscover_modules("records", "imports")
        import_module("portal.records.importing.erasing")
