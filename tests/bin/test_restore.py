"""The restore drill: a backup, brought back into a cluster of its own, equals the original row for row."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from urllib.parse import quote

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from psycopg2 import sql

from associations.models import Association
from bin.backup import digest, stored_files
from members.models import Person
from portal.lib.embedded import places, postgresql
from portal.lib.keys import check_values
from tests.access import world
from tests.members.test_identity import numbered
from tests.patience import SECONDS

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


def keys_of_the_original() -> dict[str, str]:
    """The variables that an operator brings along with a backup."""
    ring = {key_id: b64encode(key).decode() for key_id, key in settings.PERSONAL_DATA_KEYS.items()}
    return {
        "PERSONAL_DATA_KEYS": ",".join(f"{key_id}:{key}" for key_id, key in ring.items()),
        "PERSONAL_DATA_SEARCH_KEY": b64encode(settings.PERSONAL_DATA_SEARCH_KEY).decode(),
    }


def backup(
    command: str, *words, data_dir, database_url: str, owner_url: str = "", keys: dict[str, str] | None = None
) -> subprocess.CompletedProcess:
    env = os.environ | {"DATA_DIR": str(data_dir), "DATABASE_URL": database_url}
    env |= keys_of_the_original() if keys is None else keys
    if owner_url:
        env["MIGRATION_DATABASE_URL"] = owner_url
    return subprocess.run(
        [sys.executable, "-m", "bin.backup", command, *map(str, words)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def signed_in(data_dir, role: str) -> psycopg2.extensions.connection:
    host = str(places.socket_dir(data_dir, "postgres"))
    return psycopg2.connect(host=host, user=role, dbname=places.DATABASE)


@pytest.fixture
def original(transactional_db, settings, tmp_path):
    """The test database with records of every kind, and its address for the application's role."""
    settings.FILES_DIR = tmp_path / "original" / "files"
    world.build()
    numbered(Association.objects.get(code="360102"))
    place = connection.settings_dict | settings.APPLICATION_SIGN_IN
    return f"postgres://{place['USER']}@{quote(place['HOST'], safe='')}/{place['NAME']}"


@pytest.fixture
def cluster(tmp_path):
    data_dir = tmp_path / "other"
    data_dir.mkdir()
    postgresql.start(data_dir, durable=False)
    yield data_dir
    postgresql.stop(data_dir)
    postgresql.discard(data_dir)


@pytest.fixture
def written(original, tmp_path):
    done = backup("write", tmp_path / "backup", data_dir=tmp_path / "original", database_url=original)
    assert done.returncode == 0, done.stderr
    return tmp_path / "backup"


def restored(folder, cluster, *flags, keys: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    address, owner = places.database_url(cluster), places.owner_url(cluster)
    return backup(
        "restore", folder, *flags, data_dir=cluster, database_url=address, owner_url=owner, keys=keys
    )


def is_empty(cluster) -> bool:
    with signed_in(cluster, places.OWNER_ROLE) as other, other.cursor() as cursor:
        cursor.execute(TABLES)
        return cursor.fetchall() == [] and list(stored_files(cluster / "files")) == []


def manage(cluster, *words, keys: dict[str, str]) -> subprocess.CompletedProcess:
    env = os.environ | keys | {"DATA_DIR": str(cluster), "DATABASE_URL": places.database_url(cluster)}
    command = [sys.executable, "-m", "django", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


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
    done = restored(written, cluster)

    assert done.returncode == 0, done.stderr
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


def test_backup_says_which_keys_it_needs(original, tmp_path):
    done = backup("write", tmp_path / "backup", data_dir=tmp_path / "original", database_url=original)

    manifest = json.loads((tmp_path / "backup" / "manifest.json").read_text())
    assert manifest["keys"] == check_values()
    assert done.stdout.splitlines()[1] == (
        "备份中没有密钥，恢复时要用；请另行妥善保管："
        "环境变量 PERSONAL_DATA_KEYS 中编号为 local 的密钥、环境变量 PERSONAL_DATA_SEARCH_KEY 的密钥"
    )


def test_restored_numbers_open_with_the_right_keys(written, cluster):
    assert restored(written, cluster).returncode == 0

    done = manage(cluster, "rotate_personal_keys", keys=keys_of_the_original())

    assert done.returncode == 0, done.stderr
    numbers = Person.objects.exclude(id_number_sealed=None).count()
    assert done.stdout.splitlines()[-1] == f"完成：共 {numbers} 条，0 条换新密钥，旧密钥可以停用"
    assert numbers > 0


def test_restore_into_a_fresh_folder_without_keys_is_refused(written, cluster):
    done = restored(written, cluster, keys={})

    secrets = cluster / "secrets"
    assert (done.returncode, done.stderr.splitlines()[:-1]) == (
        1,
        [
            "没有恢复任何内容：",
            f"缺少密钥文件 {secrets}/personal_data_key",
            f"缺少密钥文件 {secrets}/personal_data_search_key",
        ],
    )
    # What was made at random for the occasion does not stand where the right ones belong.
    assert {path.name for path in secrets.iterdir()} == {"secret_key"}
    assert is_empty(cluster)


WRONG = b64encode(b"w" * 32).decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"PERSONAL_DATA_KEYS": f"local:{WRONG}"},
            "环境变量 PERSONAL_DATA_KEYS 中编号为 local 的密钥不是这个数据库的密钥",
        ),
        ({"PERSONAL_DATA_KEYS": f"2027:{WRONG}"}, "缺少环境变量 PERSONAL_DATA_KEYS 中编号为 local 的密钥"),
        (
            {"PERSONAL_DATA_SEARCH_KEY": WRONG},
            "环境变量 PERSONAL_DATA_SEARCH_KEY 的密钥不是这个数据库的密钥",
        ),
    ],
)
def test_restore_with_a_wrong_key_is_refused(written, cluster, wrong, said):
    done = restored(written, cluster, keys=keys_of_the_original() | wrong)

    assert (done.returncode, done.stderr.splitlines()[:-1]) == (1, ["没有恢复任何内容：", said])
    assert is_empty(cluster)


def test_restore_without_keys_is_done_when_told_and_stays_known(written, cluster):
    done = restored(written, cluster, "--without-keys", keys={})

    assert done.returncode == 0, done.stderr
    found = {}
    for word in ("check_keys", "rotate_personal_keys"):
        asked = manage(cluster, word, keys={})
        found[word] = asked.returncode, "不是这个数据库的密钥" in asked.stderr, asked.stdout
    assert found == {"check_keys": (1, True, ""), "rotate_personal_keys": (1, True, "")}
