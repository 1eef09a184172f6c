from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "portal.lib"
    label = "lib"

    def ready(self) -> None:
        from portal.lib import checks  # noqa: F401, PLC0415  registering is all that it is for
        from portal.lib.form_words import word_required_fields  # noqa: PLC0415  the apps come first

        word_required_fields()
