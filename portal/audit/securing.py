"""What the application's role may do with each table; applied by the owner after every `migrate`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2 import sql

from portal.lib.database_roles import has_two_roles

FUNCTIONS = Path(__file__).with_name("functions.sql")
# The first release of PostgreSQL in which another role than the owner may be let to ANALYZE.
MAINTAIN_SINCE = 170_000
# Written by functions of the owner, or by `migrate` alone.
READ_ONLY = ("django_migrations", "pghistory_context", "audit_erasedrow")
# Not sealed, and yet on record: what is outdated is deleted by a function of the owner.
KEPT = ("accounts_signin", "axes_accessfailurelog")
# How a sign-in ended, and the key that its session goes on with after a new password.
STILL_CHANGING = {"accounts_signin": "session_hash, ended_at, ending"}
# Told from the catalogue and not from the models: what a later migration adds is covered without a word here.
TABLES = """
    SELECT relname, CASE
        WHEN relname = ANY (%s)
            OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'pgh_id') THEN 'read'
        WHEN relname = ANY (%s) OR EXISTS (SELECT FROM pg_trigger
            WHERE tgrelid = c.oid AND tgname ^@ 'pgtrigger_append_only_') THEN 'append'
        ELSE 'write' END
    FROM pg_class AS c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname
"""
ALLOWED = {"read": "SELECT", "append": "SELECT, INSERT", "write": "SELECT, INSERT, UPDATE, DELETE"}
CALLABLE = (
    "public.audit_blank_versions(text, bigint[], bigint, text), public.accounts_clear_sign_ins(timestamptz)"
)
# All is taken back first, in the same transaction: what an earlier version granted too much is gone with it.
GRANTS = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "REVOKE ALL ON DATABASE {database} FROM {role}",
    "REVOKE ALL ON SCHEMA public FROM {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}",
    "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    f"GRANT EXECUTE ON FUNCTION {CALLABLE} TO {{role}}",
)


def secure(connection: BaseDatabaseWrapper) -> None:
    """Make the functions that keep the trail, and grant the application's role no more than it needs.

    Runs as the owner; running it again changes nothing. While the models of this room have no tables yet
    there is nothing to secure.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.audit_erasedrow') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return
        cursor.execute(FUNCTIONS.read_text())
        if has_two_roles():
            _grant(cursor, sql.Identifier(settings.APPLICATION_SIGN_IN["USER"]))


def _grant(cursor: Any, role: sql.Identifier) -> None:
    cursor.execute(TABLES, [list(READ_ONLY), list(KEPT)])
    tables = cursor.fetchall()
    maintain = ", MAINTAIN" if cursor.db.pg_version >= MAINTAIN_SINCE else ""
    by_kind = {kind: [table for table, found in tables if found == kind] for kind in ALLOWED}
    database = sql.Identifier(cursor.db.settings_dict["NAME"])
    for text in GRANTS:
        cursor.execute(sql.SQL(text).format(role=role, database=database))
    for kind, listed in by_kind.items():
        allowed = ALLOWED[kind] + (maintain if kind == "write" else "")
        statement = sql.SQL(f"GRANT {allowed} ON {{tables}} TO {{role}}")
        if listed:
            cursor.execute(
                statement.format(tables=sql.SQL(", ").join(map(sql.Identifier, listed)), role=role)
            )
    for table in STILL_CHANGING.keys() & set(by_kind["append"]):
        statement = sql.SQL(f"GRANT UPDATE ({STILL_CHANGING[table]}) ON {{table}} TO {{role}}")
        cursor.execute(statement.format(table=sql.Identifier(table), role=role))
