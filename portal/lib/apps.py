from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "portal.lib"
    label = "lib"

    def ready(self) -> None:
        from portal.lib import checks  # noqa: F401, PLC0415  registering is all that it is for
