"""The restore drill: a backup, brought back into a cluster of its own, equals the original row for row."""

import os
import subprocess
import sys
from urllib.parse import quote

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from psycopg2 import sql

from bin.backup import digest, stored_files
from portal.lib.embedded import places, postgresql
from tests.access import world

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# Text of whole rows, in an order that does not depend on where they lie.
ROWS = "SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")) FROM {} t"


def content(cursor) -> dict[str, tuple[int, str]]:
    cursor.execute(TABLES)
    tables = [name for (name,) in cursor.fetchall()]
    found = {}
    for table in tables:
        cursor.execute(sql.SQL(ROWS).format(sql.Identifier(table)).as_string(cursor.connection))
        found[table] = cursor.fetchone()
    return found


def backup(command: str, folder, *, data_dir, database_url: str) -> subprocess.CompletedProcess:
    env = os.environ | {"DATA_DIR": str(data_dir), "DATABASE_URL": database_url}
    return subprocess.run(
        [sys.executable, "-m", "bin.backup", command, str(folder)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def original(transactional_db, settings, tmp_path):
    """The test database with records of every kind, and its address."""
    settings.FILES_DIR = tmp_path / "original" / "files"
    world.build()
    place = connection.settings_dict
    return f"postgres://{place['USER']}@{quote(place['HOST'], safe='')}/{place['NAME']}"


@pytest.fixture
def cluster(tmp_path):
    data_dir = tmp_path / "other"
    data_dir.mkdir()
    for folder in (data_dir, *list(data_dir.parents)[:3]):
        folder.chmod(0o711)
    postgresql.start(data_dir, durable=False)
    yield data_dir
    postgresql.stop(data_dir)
    postgresql.discard(data_dir)


@pytest.fixture
def written(original, tmp_path):
    done = backup("write", tmp_path / "backup", data_dir=tmp_path / "original", database_url=original)
    assert done.returncode == 0, done.stderr
    return tmp_path / "backup"


def test_backup_comes_back_row_for_row(written, cluster):
    address = places.database_url(cluster)

    done = backup("restore", written, data_dir=cluster, database_url=address)

    assert done.returncode == 0, done.stderr
    with psycopg2.connect(
        host=str(places.socket_dir(cluster, "postgres")), user="postgres", dbname="portal"
    ) as other:
        restored = content(other.cursor())
    with connection.cursor() as cursor:
        here = content(cursor.cursor)
    assert restored == here
    assert here["associations_association"][0] == len(world.TREE)
    files = {path.name: digest(path) for path in stored_files(cluster / "files")}
    assert files == {name: name for name in files}
    assert len(files) == len(list(stored_files(settings.FILES_DIR))) > 0


def test_full_database_is_not_overwritten(written, original, tmp_path):
    done = backup("restore", written, data_dir=tmp_path / "original", database_url=original)

    assert (done.returncode, done.stderr) == (1, "数据库不是空的；请先建一个空的数据库，再恢复\n")


def test_changed_backup_is_refused(written, original, tmp_path):
    next(stored_files(written / "files")).write_bytes(b"other")

    done = backup("restore", written, data_dir=tmp_path / "original", database_url=original)

    assert done.returncode == 1
    assert "与备份时不一致" in done.stderr
