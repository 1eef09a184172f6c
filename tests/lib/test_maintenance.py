"""What maintenance may take its time for, and that pages and locks are kept from waiting for it."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command, find_commands, load_command_class
from django.db import OperationalError, connection, transaction

from portal.lib.database_limits import MAINTENANCE, job_limits, limited
from portal.lib.maintenance import LOCKED, MaintenanceCommand

ROOT = Path(__file__).resolve().parents[2]
OURS = [
    (config.name, command)
    for config in apps.get_app_configs()
    if Path(config.path).is_relative_to(ROOT) and ".venv" not in config.path
    for command in find_commands(str(Path(config.path) / "management"))
]
LIMITS = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]


class Taking(MaintenanceCommand):
    """Takes a table for itself, as a migration does."""

    pause_seconds = 0

    def handle(self, **options):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE axes_accesslog")


@pytest.fixture
def holder(transactional_db):
    """Somebody at work in a table."""
    connected = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    connected.cursor().execute("LOCK TABLE axes_accesslog IN ACCESS SHARE MODE")
    yield connected
    connected.close()


def in_force() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, current_setting(name) FROM unnest(%s) AS name", [LIMITS])
        return dict(cursor.fetchall())


def slowly(*arguments: str) -> subprocess.CompletedProcess:
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.lib.slow_settings",
        "SLOW_DATABASE": connection.settings_dict["NAME"],
    }
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def unmigrated(transactional_db):
    """The test database, on which the slow migration has not run, or no longer."""
    yield
    assert slowly("-m", "django", "migrate", "slow", "zero").returncode == 0


@pytest.mark.parametrize(("app", "command"), OURS)
def test_every_command_of_ours_is_free_of_the_limits_of_pages(app, command):
    assert isinstance(load_command_class(app, command), MaintenanceCommand)


def test_long_statement_of_a_migration_is_not_cancelled(unmigrated):
    done = slowly("-m", "django", "migrate", "slow", "--skip-checks")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Applying slow.0001_sleep... OK" in done.stdout


def test_long_statement_of_a_page_is_cancelled_before_and_after_a_command():
    script = """
import django; django.setup()
from django.core.management import call_command
from django.db import OperationalError, connection
for _ in range(2):
    try:
        connection.cursor().execute("SELECT pg_sleep(5)")
    except OperationalError as error:
        print(type(error.__cause__).__name__)
    call_command("check_register")
"""
    done = slowly("-c", script)

    said = [line for line in done.stdout.splitlines() if "名录" not in line]
    assert said == ["QueryCanceled", "QueryCanceled"], done.stderr


def test_limits_end_with_the_command(transactional_db):
    before = in_force()
    with limited(MAINTENANCE):
        during = in_force()
        connection.close()
        reconnected = in_force()

    assert before == in_force() != during
    assert (
        during
        == reconnected
        == {
            "statement_timeout": "0",
            "lock_timeout": "3s",
            "idle_in_transaction_session_timeout": "0",
        }
    )


def test_connection_opened_by_a_command_does_not_outlive_it(transactional_db):
    before = in_force()
    connection.close()

    with limited(MAINTENANCE):
        assert in_force()["statement_timeout"] == "0"

    assert in_force() == before


def test_command_gives_up_where_a_table_is_in_use(holder):
    with pytest.raises(CommandError) as refused:
        call_command(Taking())

    assert str(refused.value) == LOCKED


def test_command_that_may_begin_again_takes_the_next_free_moment(holder):
    class Told(StringIO):
        def write(self, text: str) -> int:
            # The table is let go once the command has said that it waits.
            holder.rollback()
            return super().write(text)

    told = Told()
    command = Taking()
    command.lock_attempts = 2

    call_command(command, stderr=told)

    assert told.getvalue() == "数据表正被使用，稍候再试（第 1 次，共 2 次）\n"


def test_other_failure_is_no_lock(transactional_db):
    class Failing(MaintenanceCommand):
        def handle(self, **options):
            connection.cursor().execute("SET statement_timeout = '10ms'; SELECT pg_sleep(5)")

    with pytest.raises(OperationalError, match="statement timeout"):
        call_command(Failing())


def test_statement_of_a_job_may_take_as_long_as_the_job():
    script = """
import celery.signals
from django.db import connection
from portal.celery import app
celery.signals.worker_init.send(sender=None)
cursor = connection.cursor()
cursor.execute("SHOW statement_timeout")
print(cursor.fetchone()[0])
"""
    done = slowly("-c", script)

    assert (done.stdout, done.returncode) == ("570s\n", 0), done.stderr
    assert job_limits().statement_timeout == f"{settings.CELERY_TASK_SOFT_TIME_LIMIT}s"
