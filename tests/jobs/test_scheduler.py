import json
from datetime import datetime, timedelta

import pytest
from celery import Celery
from django.db import connection

from portal.jobs.models import Heartbeat, Process
from portal.jobs.scheduler import KeptScheduler, read_runs, write_runs
from portal.lib.dates import BEIJING, now

YESTERDAY = datetime(2026, 6, 8, 3, 10, tzinfo=BEIJING)
NIGHTLY = "accounts.clear_outdated"


@pytest.fixture
def scheduler(tmp_path):
    """Beat as the portal runs it, on a file of this test."""

    def begin():
        app = Celery(set_as_current=False)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        return KeptScheduler(app=app, schedule_filename=str(tmp_path / "beat.json"))

    return begin


@pytest.mark.django_db
def test_run_that_was_missed_is_known_after_a_restart(scheduler, tmp_path):
    write_runs(tmp_path / "beat.json", {NIGHTLY: YESTERDAY, "of an older version": YESTERDAY})

    begun = scheduler()

    assert begun.schedule[NIGHTLY].last_run_at == YESTERDAY
    assert begun.schedule[NIGHTLY].is_due().is_due
    assert read_runs(tmp_path / "beat.json").keys() == set(begun.schedule)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "left",
    [
        b"",
        b"{",
        b"\x00" * 1500,
        b"\xff\xfe",
        b"[]",
        b"7",
        b'{"jobs.sweep": 7}',
        b'{"jobs.sweep": "soon"}',
        b'{"jobs.sweep": "2026-06-09"}',
    ],
)
def test_file_that_was_damaged_is_begun_anew(scheduler, tmp_path, left):
    (tmp_path / "beat.json").write_bytes(left)

    begun = scheduler()

    kept = json.loads((tmp_path / "beat.json").read_text())
    assert kept == {name: entry.last_run_at.isoformat() for name, entry in begun.schedule.items()}
    assert "jobs.sweep" in kept


def test_run_of_a_day_to_come_is_forgotten(tmp_path):
    runs = {"jobs.sweep": now() + timedelta(days=400), NIGHTLY: YESTERDAY}
    write_runs(tmp_path / "beat.json", runs)

    assert read_runs(tmp_path / "beat.json") == {NIGHTLY: YESTERDAY}


@pytest.mark.django_db
def test_beat_goes_on_where_nothing_can_be_written(scheduler, tmp_path):
    begun = scheduler()
    begun.path = tmp_path / "gone" / "beat.json"

    begun.sync()

    assert Heartbeat.objects.filter(process=Process.BEAT).count() == 1


@pytest.mark.django_db(transaction=True)
def test_beat_goes_on_while_the_database_is_away(scheduler, tmp_path, monkeypatch):
    begun = scheduler()
    Heartbeat.objects.all().delete()
    with monkeypatch.context() as patched:
        connection.close()
        patched.setitem(connection.settings_dict, "HOST", "/nowhere")
        (tmp_path / "beat.json").unlink()

        begun.sync()

        assert (tmp_path / "beat.json").exists()
    begun.sync()

    assert list(Heartbeat.objects.values_list("process", flat=True)) == [Process.BEAT]
