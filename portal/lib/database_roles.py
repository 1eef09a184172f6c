"""The two roles of the database: the application's, and the owner who makes the tables."""

from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

# What would let a role go round its grants.
POWERS = ("rolsuper", "rolcreatedb", "rolcreaterole", "rolreplication", "rolbypassrls")


class RoleRefused(Exception):
    """The application's role cannot be made, or may do too much; the message says what to change."""


def has_two_roles() -> bool:
    """Tell whether the application's role is another one than the owner's."""
    return bool(settings.APPLICATION_SIGN_IN["USER"] != settings.OWNER_SIGN_IN["USER"])


def become_owner(connection: BaseDatabaseWrapper) -> None:
    """Let this process, its later connections included, sign in as the owner."""
    connection.close()
    connection.settings_dict.update(settings.OWNER_SIGN_IN)


def make_application_role(connection: BaseDatabaseWrapper) -> None:
    """See to it, as the owner, that the application's role exists with its password and without powers.

    Raises: RoleRefused.
    """
    role, password = settings.APPLICATION_SIGN_IN["USER"], settings.APPLICATION_SIGN_IN["PASSWORD"]
    with connection.cursor() as cursor:
        name = sql.Identifier(role)
        if not _exists(cursor, role):
            _make(cursor, role)
        if password:
            # Sealed here, so that the password itself stands in no log of the server.
            sealed = encrypt_password(password, role, cursor.connection, "scram-sha-256")
            cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(sealed)))
        _refuse_powers(cursor, role)


def _exists(cursor: Any, role: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    return cursor.fetchone() is not None


def _make(cursor: Any, role: str) -> None:
    cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    if cursor.fetchone() != (True,):
        raise RoleRefused(
            f"role {role} of DATABASE_URL does not exist; as an administrator of the database run:"
            f' CREATE ROLE "{role}" LOGIN PASSWORD …'
        )
    # Two databases of one cluster may be migrated at the same moment, and share their roles.
    statement = sql.SQL(
        "DO $$ BEGIN CREATE ROLE {} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$"
    )
    cursor.execute(statement.format(sql.Identifier(role)))


def _refuse_powers(cursor: Any, role: str) -> None:
    powers = " OR ".join(POWERS)
    member = "pg_has_role(oid, current_user, 'MEMBER')"
    cursor.execute(f"SELECT {powers} OR {member} FROM pg_roles WHERE rolname = %s", [role])  # noqa: S608
    if cursor.fetchone() != (False,):
        raise RoleRefused(
            f"role {role} of DATABASE_URL is a superuser, may make roles or databases, or is a member of the"
            " owner's role: it could change the audit trail. Name a plain role (docs/operations.md)."
        )
