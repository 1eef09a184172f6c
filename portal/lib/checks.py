"""Settings that start without complaint and hurt later are refused by `manage.py check`."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", ".localhost", "testserver"}
SECRET_KEY_LENGTH = 50


def is_local() -> bool:
    return set(settings.ALLOWED_HOSTS) <= LOCAL_HOSTS


@register(Tags.security)
def served_hosts_are_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse what is meant for one's own machine on a machine that others reach."""
    if is_local():
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG is on and ALLOWED_HOSTS names a public host", id="portal.E001"))
    if settings.EMBEDDED:
        found.append(Error("DATABASE_URL is not set and ALLOWED_HOSTS names a public host", id="portal.E002"))
    if len(settings.SECRET_KEY) < SECRET_KEY_LENGTH or len(set(settings.SECRET_KEY)) < 10:
        hint = f"at least {SECRET_KEY_LENGTH} random characters"
        found.append(Error("SECRET_KEY can be guessed", hint=hint, id="portal.E003"))
    if not settings.HTTPS:
        found.append(Warning("HTTPS is off and ALLOWED_HOSTS names a public host", id="portal.W001"))
    return found


@register(Tags.database)
def connections_are_kept(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a new database connection for every request: it costs five times the rest of a small page."""
    if settings.DATABASES["default"]["CONN_MAX_AGE"] == 0:
        return [Error("CONN_MAX_AGE is 0", hint="60, or -1 behind PgBouncer", id="portal.E004")]
    return []


@register(Tags.compatibility, deploy=True)
def reports_can_be_printed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn of missing fonts and of the slow way to cut them."""
    # Imported when asked: the PDF writer takes longer to load than most commands take to run.
    pdf = import_module("portal.lib.pdf")
    found: list[CheckMessage] = []
    if not pdf.fonts_available():
        hint = "apt-get install fonts-noto-cjk fonts-arphic-ukai"
        found.append(Warning("fonts of the reports are missing", hint=hint, id="portal.W002"))
    if not pdf.harfbuzz_subset_available():
        hint = "apt-get install libharfbuzz-subset0"
        found.append(Warning("reports will take 6 to 57 times as long", hint=hint, id="portal.W003"))
    return found
