import socket
from datetime import timedelta

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now

from portal.api.readiness import PARTS, Readiness, readiness
from portal.jobs import actions
from portal.jobs.models import BATCH, Heartbeat, Job, Process

ALL_WELL = {part.name: True for part in PARTS}
NEEDED = {"database", "migrations", "keys", "fonts"}
# Tests make their tables, so they own them, and run neither beat nor a sweeper.
IN_TESTS = {"trail_is_closed": False, "beat": False, "sweeper": False}


@pytest.fixture
def heartbeats(db):
    for process in Process:
        actions.record_heartbeat(process)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def samples(client):
    lines = client.get("/metrics").content.decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_alive_answers_without_sign_in_or_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_ready_names_every_part_and_age(client, heartbeats):
    response = client.get("/readyz")

    seconds = response.json().pop("seconds")
    assert response.status_code == 200
    assert response.json() | {"seconds": {}} == {
        "ready": True,
        "degraded": True,
        **ALL_WELL,
        "trail_is_closed": False,
        "seconds": {},
    }
    assert (seconds.keys(), seconds["oldest_waiting_job"]) == (
        {"beat", "sweeper", "oldest_waiting_job"},
        None,
    )
    assert all(0 <= seconds[process] < 60 for process in Process)


@pytest.mark.django_db
def test_ready_without_the_broker_serves_and_says_that_it_is_degraded(client, heartbeats, settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{closed_port()}/0"

    response = client.get("/readyz")

    found = response.json()
    assert (response.status_code, found["ready"], found["degraded"], found["broker"]) == (
        200,
        True,
        True,
        False,
    )


@pytest.mark.django_db
def test_ready_refuses_when_a_migration_is_missing(client):
    MigrationRecorder.Migration.objects.filter(app="jobs").delete()

    response = client.get("/readyz")

    assert (response.status_code, response.json()["migrations"]) == (503, False)


@pytest.mark.parametrize("part", [part.name for part in PARTS])
def test_readiness_needs_few_parts_and_is_degraded_without_any(part):
    found = Readiness(parts=ALL_WELL | {part: False}, ages=None)

    assert (found.is_ready, found.is_degraded) == (part not in NEEDED, True)


def test_readiness_with_every_part_is_not_degraded():
    found = Readiness(parts=ALL_WELL, ages=None)

    assert (found.is_ready, found.is_degraded) == (True, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other", [{"PERSONAL_DATA_KEYS": {"local": b"x" * 32}}, {"PERSONAL_DATA_SEARCH_KEY": b"x" * 32}]
)
def test_ready_refuses_with_the_keys_of_another_database(client, settings, other):
    for name, value in other.items():
        setattr(settings, name, value)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["keys"]) == (503, False)


@pytest.mark.django_db
def test_readiness_of_the_test_machine_is_whole():
    assert readiness().parts == ALL_WELL | IN_TESTS


@pytest.mark.parametrize("process", Process)
def test_process_that_was_not_heard_of_for_long_is_named(process, heartbeats):
    Heartbeat.objects.filter(process=process).update(beaten_at=Now() - timedelta(minutes=5))

    assert readiness().parts == ALL_WELL | {"trail_is_closed": False, process.value: False}


@pytest.mark.parametrize(
    ("values", "minutes", "is_well"),
    [({}, 4, True), ({}, 6, False), ({"kind": BATCH}, 6, True), ({"state": "done"}, 6, True)],
)
def test_job_that_waits_long_is_told(client, heartbeats, county, values, minutes, is_well):
    ended = {"finished_at": Now()} if "state" in values else {}
    job = Job.objects.create(**({"kind": "trial", "key": "one", "association": county} | values | ended))
    Job.objects.filter(pk=job.pk).update(created_at=Now() - timedelta(minutes=minutes))

    assert readiness().parts["jobs"] is is_well
    assert samples(client)['portal_part_works{part="jobs"}'] == str(int(is_well))


def test_metrics_tell_parts_ages_and_counts(client, heartbeats):
    found = samples(client)

    ages = [int(found.pop(f"portal_{process}_age_seconds")) for process in Process]
    assert int(found.pop("portal_database_connections")) >= 1
    assert found == {
        "portal_ready": "1",
        "portal_degraded": "1",
        **{f'portal_part_works{{part="{name}"}}': "1" for name in ALL_WELL},
        'portal_part_works{part="trail_is_closed"}': "0",
        "portal_jobs_oldest_waiting_seconds": "0",
        "portal_limits_counted": "1",
        **{f'portal_jobs{{state="{state}"}}': "0" for state in ("waiting", "running", "done", "failed")},
    }
    assert max(ages) < 60


@pytest.mark.usefixtures("no_database")
def test_health_without_the_database_is_told(client):
    client.cookies["sessionid"] = "of-somebody"

    alive, ready, figures = client.get("/healthz"), client.get("/readyz"), samples(client)

    assert (alive.status_code, alive.content) == (200, b"ok\n")
    assert ready.status_code == 503
    assert ready.json() == {
        "ready": False,
        "degraded": True,
        **{part.name: not part.is_in_database for part in PARTS},
        "database": False,
        "seconds": {},
    }
    assert figures == {
        "portal_ready": "0",
        "portal_degraded": "1",
        **{f'portal_part_works{{part="{part.name}"}}': str(int(not part.is_in_database)) for part in PARTS},
        'portal_part_works{part="database"}': "0",
        "portal_limits_counted": "1",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "origin",
    [{"REMOTE_ADDR": "10.0.0.8"}, {"HTTP_X_REAL_IP": "10.0.0.8"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}],
)
def test_metrics_are_for_the_machine_itself(client, origin):
    assert client.get("/metrics", **origin).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_answers_reading_only(client, path):
    assert client.post(path).status_code == 405
