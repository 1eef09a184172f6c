"""Telling a database that is away from one that refuses."""

import psycopg2
from django.db import Error, InterfaceError, OperationalError, connection

# Classes of SQLSTATE and single states in which there is nobody to ask: no connection, too many of them,
# going down, coming up. A statement that took too long or met a lock is an answer.
CONNECTION_CLASS = "08"
AWAY_STATES = ("53300", "57P01", "57P02", "57P03")


def is_outage(error: BaseException | None) -> bool:
    """Say whether an error means that the database cannot be reached."""
    if isinstance(error, InterfaceError):
        return connection.connection is None or bool(connection.connection.closed)
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    state = cause.pgcode if isinstance(cause, psycopg2.Error) else None
    # The client's own words for a connection that fails or breaks carry no state.
    return state is None or state.startswith(CONNECTION_CLASS) or state in AWAY_STATES


def database_answers() -> bool:
    """Say whether the database can be asked; a kept connection is tried, and made anew where it broke."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except Error:
        return False
