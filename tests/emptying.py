"""Take out what a test wrote that could not be rolled back."""

from django.db import connection

from portal.lib.sealed_columns import record_keys

# What `migrate` writes into tables. No test changes it, and writing it anew takes half a second each time.
KEPT = ("django_migrations", "django_content_type", "auth_permission")
# TRUNCATE would make a new file for each table and each index, most of which hold nothing.
EMPTY = """
    DO $$
    DECLARE written regclass;
    BEGIN
        SET LOCAL session_replication_role = replica;
        FOR written IN
            SELECT oid FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                AND relname <> ALL (%s) AND pg_relation_size(oid) > 0
        LOOP
            EXECUTE format('DELETE FROM %%s', written);
        END LOOP;
    END $$
"""
# Files of this size go back to nothing: the planner takes a long file for many rows.
LARGE = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 1024 * 1024
"""


def empty_tables():
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, [list(KEPT)])
        cursor.execute(LARGE)
        for (table,) in cursor.fetchall():
            cursor.execute(f"VACUUM {table}")
    # What else `migrate` writes is the running process's own: it proves its keys with it.
    record_keys()
