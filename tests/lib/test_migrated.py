"""A database that is filled from the kept dump is the one that the migrations make."""

import re
import subprocess
from contextlib import closing
from threading import Barrier, Thread

import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import pre_migrate
from psycopg2 import sql

from portal.lib import database_programs, migrated
from portal.lib.database_programs import ProgramFailed
from portal.lib.embedded import owner as owners
from portal.lib.migrated import filled_once
from tests.patience import SECONDS

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def execute(statement, database="postgres"):
    where = database_programs.dsn(connection.settings_dict | {"NAME": database})
    with closing(psycopg2.connect(where)) as other:
        other.autocommit = True
        with other.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def make_database(django_db_setup):
    """Make empty databases beside the test's own, which are dropped at the end."""
    made = []

    def make():
        name = f"{connection.settings_dict['NAME']}_empty{len(made)}"
        drop(name)
        execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        made.append(name)
        return name

    yield make
    for name in made:
        drop(name)


def drop(name):
    execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def address(name):
    return database_programs.dsn(connection.settings_dict | {"NAME": name})


@pytest.fixture
def template(tmp_path):
    return tmp_path / "migrated" / "of-these-migrations.dump"


def make_table(name):
    execute("CREATE TABLE made AS SELECT 7 AS number", name)


def rows(name):
    return execute("SELECT number FROM made", name)


def written(program, *arguments):
    """Return what a program writes as SQL, whether or not it was read from a dump before."""
    path = owners.programs(None) / program
    text = subprocess.run([path, *arguments], capture_output=True, text=True, check=True).stdout
    # PostgreSQL writes a list of texts in two ways: as it was first said, and as it was read from a dump.
    text = re.sub(r"\(('[^']*'::character varying)\)::text", r"\1", text)
    text = re.sub(r"\((ARRAY\[[^\]]*\])\)::text\[\]", r"\1", text)
    lines = (line for line in text.splitlines() if not line.startswith(("--", r"\restrict", r"\unrestrict")))
    return [line for line in lines if line]


@pytest.fixture
def plans():
    """The migrations that each `migrate` finds still to be run, by their number."""
    found = []

    def note(plan, **kwargs):
        found.append(len(plan))

    # The signal is sent once for each room; one will do.
    room = apps.get_app_config("audit")
    pre_migrate.connect(note, sender=room)
    yield found
    pre_migrate.disconnect(note, sender=room)


@pytest.fixture
def migrate(django_db_blocker):
    """Run `migrate` for another database than the test's own."""
    own = connection.settings_dict["NAME"]

    def run(name):
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict["NAME"] = name
            try:
                call_command("migrate", verbosity=0)
            finally:
                connection.close()
                connection.settings_dict["NAME"] = own

    return run


@pytest.fixture
def kept(make_database, migrate, plans):
    """The template of these migrations; the test database was made from it, or it from the test database."""
    path = settings.MIGRATED_DIR / f"{migrated.fingerprint(migrated.sources())}.dump"
    if not path.exists():
        migrate(make_database())
        plans.clear()
    return path


def test_empty_database_becomes_the_migrated_one_without_its_migrations(make_database, migrate, plans, kept):
    name = make_database()

    migrate(name)

    assert plans == [0]
    # A difference to what the migrations made: `migrate` itself does something that its sources do not name.
    shared = f"--exclude-table-data={migrated.NOT_SHARED}"
    assert written("pg_dump", shared, f"--dbname={address(name)}") == written(
        "pg_restore", "--file=-", str(kept)
    )


def test_template_holds_no_rows_of_the_portal_that_made_it(make_database, kept):
    name = make_database()

    with filled_once(address(name), kept):
        rows_of = sql.SQL("SELECT 1 FROM {} LIMIT 1")
        tables = [table for (table,) in execute(TABLES, name)]
        filled = [table for table in tables if execute(rows_of.format(sql.Identifier(table)), name)]

    assert set(filled) == {"django_migrations", "django_content_type", "auth_permission"}


def test_first_empty_database_makes_the_template_for_the_next(make_database, template):
    first, second = make_database(), make_database()

    with filled_once(address(first), template):
        make_table(first)
    with filled_once(address(second), template):
        found = rows(second)

    assert found == [(7,)]
    assert [path.name for path in template.parent.glob("*.d*")] == [template.name]


def test_database_with_tables_is_left_alone(make_database, template):
    name = make_database()
    make_table(name)

    with filled_once(address(name), template):
        pass

    assert (rows(name), template.exists()) == ([(7,)], False)


def test_migrations_that_fail_leave_no_template(make_database, template):
    name = make_database()

    with pytest.raises(psycopg2.errors.DuplicateTable), filled_once(address(name), template):
        [make_table(name) for _ in range(2)]

    assert not template.exists()


def test_template_that_cannot_be_read_is_said_and_leaves_the_database_empty(make_database, template):
    name = make_database()
    template.parent.mkdir()
    template.write_bytes(b"PGDMP")

    with pytest.raises(ProgramFailed, match="pg_restore 失败"), filled_once(address(name), template):
        pass

    assert database_programs.is_empty(address(name))


def test_of_two_at_once_one_makes_the_template_and_the_other_waits(make_database, template):
    names = [make_database(), make_database()]
    start, made = Barrier(2, timeout=SECONDS), []

    def fill(name):
        start.wait()
        with filled_once(address(name), template):
            if database_programs.is_empty(address(name)):
                made.append(name)
                make_table(name)

    threads = [Thread(target=fill, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 1
    assert [rows(name) for name in names] == [[(7,)], [(7,)]]


def test_templates_that_nobody_used_for_longest_are_thrown_away(make_database, template):
    template.parent.mkdir()
    for number in range(migrated.MOST_KEPT):
        (template.parent / f"{number}.dump").touch()
    name = make_database()

    with filled_once(address(name), template):
        make_table(name)

    assert template.exists()
    assert len(list(template.parent.glob("*.dump"))) == migrated.MOST_KEPT


def test_fingerprint_follows_what_stands_in_the_files(tmp_path):
    migration = tmp_path / "0001_initial.py"
    migration.write_text("operations = []")
    before = migrated.fingerprint([migration])

    migration.write_text("operations = [1]")

    assert migrated.fingerprint([migration]) != before


def test_sources_name_migrations_sql_and_pins():
    root = settings.BASE_DIR
    names = {str(path.relative_to(root)) for path in migrated.sources() if path.is_relative_to(root)}

    assert {
        "requirements.txt",
        "portal/audit/functions.sql",
        "associations/migrations/0001_initial.py",
        "portal/accounts/migrations/0001_initial.py",
    } <= names
