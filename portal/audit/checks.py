"""Whether this process could change the trail: asked by `migrate` and by `check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, connection

from portal.lib.checks import is_local
from portal.lib.database_roles import has_two_roles

from .queries import open_trails

HINT = "DATABASE_URL: a role that owns no table; MIGRATION_DATABASE_URL: the owner (docs/operations.md)"


@register(Tags.database)
def trail_is_closed(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn of a portal whose own role owns the audit trail, on a machine that others reach."""
    is_owner_at_work = has_two_roles() and (
        connection.settings_dict["USER"] == settings.OWNER_SIGN_IN["USER"]
    )
    if not databases or is_local() or is_owner_at_work:
        return []
    try:
        is_open = bool(open_trails())
    except DatabaseError:
        return []
    return [Warning("the portal can change its audit trail", hint=HINT, id="portal.W004")] if is_open else []
