from dataclasses import replace

import pytest
from django.db.migrations.recorder import MigrationRecorder

from portal.api.readiness import Readiness, readiness

ALL_WELL = Readiness(
    database=True, migrations=True, trail_is_closed=True, broker=True, fonts=True, font_subsetting=True
)


def test_alive_answers_without_sign_in_or_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


@pytest.mark.django_db
def test_ready_says_that_all_is_well(client):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "database": True,
        "migrations": True,
        # Tests make their tables, so they own them.
        "trail_is_closed": False,
        "broker": True,
        "fonts": True,
        "font_subsetting": True,
    }


@pytest.mark.django_db
def test_ready_without_the_broker_still_serves(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = client.get("/readyz")

    assert (response.status_code, response.json()["ready"], response.json()["broker"]) == (200, True, False)


@pytest.mark.django_db
def test_ready_refuses_when_a_migration_is_missing(client):
    MigrationRecorder.Migration.objects.filter(app="jobs").delete()

    response = client.get("/readyz")

    assert (response.status_code, response.json()["migrations"]) == (503, False)


@pytest.mark.parametrize("part", ["database", "migrations", "fonts", "font_subsetting"])
def test_readiness_needs_each_part_but_the_broker(part):
    assert ALL_WELL.is_ready
    assert replace(ALL_WELL, broker=False).is_ready
    assert not replace(ALL_WELL, **{part: False}).is_ready


@pytest.mark.django_db
def test_readiness_of_the_test_machine_is_whole():
    assert readiness() == replace(ALL_WELL, trail_is_closed=False)


@pytest.mark.django_db
def test_metrics_count_no_jobs_as_zero(client):
    lines = client.get("/metrics").content.decode().splitlines()

    assert [line for line in lines if line.startswith("portal_jobs")] == [
        'portal_jobs{state="waiting"} 0',
        'portal_jobs{state="running"} 0',
        'portal_jobs{state="done"} 0',
        'portal_jobs{state="failed"} 0',
        "portal_jobs_oldest_waiting_seconds 0",
    ]


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
