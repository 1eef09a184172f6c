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

from associations.models import Association
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


def backup(
    command: str, folder, *, data_dir, database_url: str, owner_url: str = ""
) -> subprocess.CompletedProcess:
    env = os.environ | {"DATA_DIR": str(data_dir), "DATABASE_URL": database_url}
    if owner_url:
        env["MIGRATION_DATABASE_URL"] = owner_url
    return subprocess.run(
        [sys.executable, "-m", "bin.backup", command, str(folder)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def signed_in(data_dir, role: str) -> psycopg2.extensions.connection:
    host = str(places.socket_dir(data_dir, "postgres"))
    return psycopg2.connect(host=host, user=role, dbname=places.DATABASE)


@pytest.fixture
def original(transactional_db, settings, tmp_path):
    """The test database with records of every kind, and its address for the application's role."""
    settings.FILES_DIR = tmp_path / "original" / "files"
    world.build()
    place = connection.settings_dict | settings.APPLICATION_SIGN_IN
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


def restored(folder, cluster) -> subprocess.CompletedProcess:
    address, owner = places.database_url(cluster), places.owner_url(cluster)
    return backup("restore", folder, data_dir=cluster, database_url=address, owner_url=owner)


def test_backup_comes_back_row_for_row(written, cluster):
    done = restored(written, cluster)

    assert done.returncode == 0, done.stderr
    with signed_in(cluster, places.OWNER_ROLE) as other:
        there = content(other.cursor())
    with connection.cursor() as cursor:
        here = content(cursor.cursor)
    assert there == here
    assert here["associations_association"][0] == Association.objects.count() >= len(world.TREE)
    files = {path.name: digest(path) for path in stored_files(cluster / "files")}
    assert files == {name: name for name in files}
    assert len(files) == len(list(stored_files(settings.FILES_DIR))) > 0


def test_restored_database_serves_the_application(written, cluster):
    restored(written, cluster)

    with signed_in(cluster, places.APPLICATION_ROLE) as other, other.cursor() as cursor:
        cursor.execute(
            "UPDATE members_person SET workplace = '新单位' WHERE id = (SELECT min(id) FROM members_person)"
        )
        cursor.execute("SELECT pgh_label, workplace FROM members_personevent ORDER BY pgh_id DESC LIMIT 1")
        assert cursor.fetchall() == [("update", "新单位")]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("DELETE FROM members_personevent")


def test_full_database_is_not_overwritten(written, original, tmp_path):
    done = backup("restore", written, data_dir=tmp_path / "original", database_url=original)

    assert (done.returncode, done.stderr) == (1, "数据库不是空的；请先建一个空的数据库，再恢复\n")


def test_changed_backup_is_refused(written, original, tmp_path):
    next(stored_files(written / "files")).write_bytes(b"other")

    done = backup("restore", written, data_dir=tmp_path / "original", database_url=original)

    assert done.returncode == 1
    assert "与备份时不一致" in done.stderr
