import psycopg2
import pytest
from django.conf import settings
from django.db import connection


@pytest.fixture(scope="module")
def application(django_db_setup):
    """A connection of the application's role, for what is refused whatever the tables hold."""
    where = settings.APPLICATION_SIGN_IN
    connected = psycopg2.connect(
        host=where["HOST"],
        port=where["PORT"] or None,
        user=where["USER"],
        password=where["PASSWORD"] or None,
        dbname=settings.DATABASES["default"]["NAME"],
    )
    connected.autocommit = True
    yield connected
    connected.close()


@pytest.fixture
def as_application(transactional_db):
    """The portal signed in as in production: whoever asks for it has made their records as the owner."""
    owner = dict(settings.OWNER_SIGN_IN)
    connection.close()
    connection.settings_dict.update(settings.APPLICATION_SIGN_IN)
    yield
    connection.close()
    connection.settings_dict.update(owner)


@pytest.fixture
def tamper(db):
    """Run a statement as only a superuser can: with every trigger off."""

    def run(statement: str, *values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement, values)
            assert cursor.rowcount == 1
            cursor.execute("SET LOCAL session_replication_role = origin")

    return run
