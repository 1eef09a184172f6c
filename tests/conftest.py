import socket
from contextlib import suppress
from threading import Thread
from threading import enumerate as threads
from uuid import uuid4

import pytest
from django.db import connection
from django.test import TransactionTestCase, override_settings

from portal.accounts.roles import LEADER, OFFICE, VERIFIER
from portal.jobs import broker
from portal.lib.database_roles import become_owner
from portal.lib.key_checks import prove, record
from portal.lib.keys import SEARCH, ring_name
from portal.lib.models import KeyCheck
from tests import factories
from tests.emptying import empty_tables
from tests.patience import SECONDS

# A busy machine is slow: what the portal would not wait for, a test does.
PATIENT = f" -c statement_timeout={SECONDS}s -c lock_timeout={SECONDS}s"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Let the owner make the test database and fill it; `tests/audit` signs in as the application does."""
    become_owner(connection)
    options = connection.settings_dict["OPTIONS"]
    options |= {"connect_timeout": SECONDS, "options": options["options"] + PATIENT}


@pytest.fixture(scope="session", autouse=True)
def _nobody_else_at_the_end(django_db_setup, django_db_blocker):
    """End what threads and killed workers left connected, so that the test database can be dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session", autouse=True)
def _quick_tests():
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(PASSWORD_HASHERS=["tests.hashers.QuickHasher"]),
    ):
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_tables())
        yield


@pytest.fixture(autouse=True)
def _counts_of_its_own(settings):
    """Count each test's requests and failures from nought, and apart from those of tests beside it."""
    settings.LIMITS_PREFIX = f"limits-{uuid4().hex}:"


@pytest.fixture(autouse=True)
def _keys_unproven():
    """Let each test prove its keys: what one recorded was rolled back."""
    prove.cache_clear()


@pytest.fixture
def change_keys(db, settings):
    """Give the portal other keys and the database their check values, as if it had been filled with them."""
    own = settings.PERSONAL_DATA_KEYS, settings.PERSONAL_DATA_SEARCH_KEY

    def change(ring, *, search_key=None):
        settings.PERSONAL_DATA_KEYS = ring
        settings.PERSONAL_DATA_SEARCH_KEY = search_key or settings.PERSONAL_DATA_SEARCH_KEY
        KeyCheck.objects.all().delete()
        record(SEARCH, *map(ring_name, ring))

    yield change
    # Before the tables are emptied: that records the keys anew, and the next test has its own.
    settings.PERSONAL_DATA_KEYS, settings.PERSONAL_DATA_SEARCH_KEY = own


@pytest.fixture
def no_broker(settings, tmp_path, monkeypatch):
    """Messages go nowhere: a test does the jobs itself, and keeps their files to itself."""
    settings.FILES_DIR = tmp_path / "files"
    monkeypatch.setattr(broker, "wake", lambda job_ids: None)


@pytest.fixture
def silent_broker():
    """A broker that takes connections, which it keeps in a list, and never says a word; with its address."""
    taken = []

    def take(server):
        with suppress(OSError):
            while True:
                taken.append(server.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=take, args=(server,), daemon=True).start()
        yield taken, f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        server.shutdown(socket.SHUT_RDWR)
    for client in taken:
        client.close()
    for waiting in threads():
        if waiting.name == "wake":
            waiting.join(SECONDS)


@pytest.fixture
def frozen_broker(silent_broker):
    return silent_broker[1]


@pytest.fixture
def closed_broker():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def province(db):
    return factories.association("36", name="江西省计划生育协会", short_name="江西省")


@pytest.fixture
def city(province):
    return factories.association("3601", name="南昌市计划生育协会", short_name="南昌市")


@pytest.fixture
def county(city):
    return factories.association("360102", name="东湖区计划生育协会", short_name="东湖区")


@pytest.fixture
def other_county(city):
    return factories.association("360103", name="西湖区计划生育协会", short_name="西湖区")


@pytest.fixture
def office(county):
    """The clerk of the county."""
    return factories.user((OFFICE, county), username="office", association=county)


@pytest.fixture
def neighbour(other_county):
    """The clerk of another county of the same city."""
    return factories.user((OFFICE, other_county), username="neighbour", association=other_county)


@pytest.fixture
def leader(county):
    return factories.user((LEADER, county), username="leader", association=county)


@pytest.fixture
def verifier(city):
    """The clerk of the city, who verifies what its counties claim."""
    return factories.user((OFFICE, city), (VERIFIER, city), username="verifier", association=city)


@pytest.fixture
def outsider(db):
    """Somebody who can sign in and was granted nothing."""
    return factories.user(username="outsider")
