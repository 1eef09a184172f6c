import os
import signal

import psycopg2
import pytest
import redis

from portal.lib.embedded import owner as owners
from portal.lib.embedded import places, postgresql, valkey
from portal.lib.embedded.services import borrowed
from tests.patience import wait_until

BOTH = places.Needed(database=True, broker=True)
NEITHER = places.Needed(database=False, broker=False)


@pytest.fixture
def data_dir(tmp_path):
    yield tmp_path
    valkey.stop(tmp_path)
    postgresql.stop(tmp_path)
    postgresql.discard(tmp_path)


def running(data_dir):
    return postgresql.is_running(data_dir), valkey.is_running(data_dir)


def query(data_dir, statement):
    host = str(places.socket_dir(data_dir, "postgres"))
    connection = psycopg2.connect(host=host, user="postgres", dbname=places.DATABASE)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def test_borrowed_services_stop_after_the_last_user(data_dir):
    with borrowed(data_dir, needed=BOTH, durable=False):
        with borrowed(data_dir, needed=BOTH, durable=False):
            assert running(data_dir) == (True, True)

        assert running(data_dir) == (True, True)

    assert running(data_dir) == (False, False)


def test_borrowed_services_are_left_alone_when_none_is_needed(tmp_path):
    with borrowed(tmp_path / "var", needed=NEITHER):
        assert not (tmp_path / "var").exists()


def test_borrowed_services_stop_when_the_user_fails(data_dir):
    with pytest.raises(KeyError), borrowed(data_dir, needed=BOTH, durable=False):
        raise KeyError

    assert running(data_dir) == (False, False)


@pytest.mark.parametrize("number_is", ["its own", "another program's", "nonsense"])
def test_database_starts_again_with_its_rows_after_a_kill(data_dir, number_is):
    postgresql.start(data_dir)
    query(data_dir, "CREATE TABLE kept AS SELECT 7 AS number")
    pid_file = (data_dir / "postgres").resolve() / "cluster" / "postmaster.pid"
    number, rest = pid_file.read_text().split("\n", 1)
    os.kill(int(number), signal.SIGKILL)
    left = {"its own": number, "another program's": str(os.getpid()), "nonsense": ""}[number_is]
    pid_file.write_text(f"{left}\n{rest}")

    postgresql.start(data_dir)

    assert query(data_dir, "SELECT number FROM kept") == [(7,)]


def test_broker_starts_again_after_a_kill(data_dir):
    valkey.start(data_dir)
    os.kill(int((data_dir / "valkey" / "pid").read_text()), signal.SIGKILL)
    wait_until(lambda: not valkey.is_running(data_dir))

    valkey.start(data_dir)

    assert valkey.is_running(data_dir)


def test_database_starts_after_an_interrupted_initdb(data_dir):
    home = owners.prepare_folder(owners.cluster_owner(), data_dir / "postgres")
    (home / "draft-1").mkdir()
    (home / "draft-1" / "PG_VERSION").write_text("18")

    postgresql.start(data_dir, durable=False)

    assert postgresql.is_running(data_dir)
    assert list(home.glob("draft-*")) == []


def test_broker_speaks_over_its_socket_only(data_dir):
    valkey.start(data_dir)

    client = redis.Redis.from_url(places.redis_url(data_dir))

    assert client.config_get("port") == {"port": "0"}
    client.close()
