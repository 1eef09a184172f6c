"""Questions about the trail as a whole."""

from django.db import connection

# A session may change a table that it owns or was granted, as itself or as any role that it is a member of.
OPEN = """
    SELECT array_agg(relname::text ORDER BY relname) FROM pg_class AS c
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgname ^@ 'pgtrigger_append_only_')
        AND (pg_has_role(session_user, relowner, 'MEMBER')
            OR has_table_privilege(session_user, oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER'))
"""


def open_trails() -> list[str]:
    """List the tables of the trail that the present role could change; a superuser could change all."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        return list(cursor.fetchone()[0] or [])
