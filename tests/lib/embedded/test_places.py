from pathlib import Path

from portal.lib.embedded import places


def test_socket_dir_of_a_short_path_is_beside_the_data():
    assert places.socket_dir(Path("/srv/portal/var"), "postgres") == Path("/srv/portal/var/postgres")


def test_socket_dir_of_a_long_path_fits_a_socket(tmp_path):
    data_dir = Path("/", *["deep"] * 20, "var")

    found = places.socket_dir(data_dir, "postgres")

    assert found != data_dir / "postgres"
    assert len(bytes(found / ".s.PGSQL.5432.lock")) <= 107


def test_socket_dir_differs_between_long_paths():
    one, other = (places.socket_dir(Path("/", *[name] * 30), "valkey") for name in ("one", "other"))

    assert one != other


def test_database_url_escapes_the_folder():
    assert places.database_url(Path("/srv/var")) == "postgres://portal_app@%2Fsrv%2Fvar%2Fpostgres/portal"
    assert places.owner_url(Path("/srv/var")) == "postgres://postgres@%2Fsrv%2Fvar%2Fpostgres/portal"


def test_redis_url_is_a_socket():
    assert places.redis_url(Path("/srv/var")) == "unix:///srv/var/valkey/valkey.sock"
