from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "portal.api"
    verbose_name = "接口"

    def ready(self) -> None:
        # The schema finds how to sign in by classes that were imported.
        import_module("portal.api.schema")
