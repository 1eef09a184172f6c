"""The settings as other machines would see them: each case starts an interpreter of its own."""

import base64
import json
import os
import subprocess
import sys

import pytest

KEY = base64.b64encode(b"k" * 32).decode()
PRODUCTION = {
    "DATABASE_URL": "postgres://portal:pw@db.example.org:5432/portal",
    "REDIS_URL": "redis://broker.example.org:6379/0",
    "SECRET_KEY": "kV9x-q3Zt_R7mW2bYc8N" * 3,
    "PERSONAL_DATA_KEYS": f"2026:{KEY}",
    "PERSONAL_DATA_SEARCH_KEY": KEY,
    "ALLOWED_HOSTS": "portal.example.org,localhost",
    "BEHIND_PROXY": "1",
}
READ = """
import json, sys
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""


def run(environment, *names):
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.settings", **environment}
    return subprocess.run(
        [sys.executable, "-c", READ, *names], env=env, capture_output=True, text=True, check=False
    )


def read(environment, *names):
    done = run(environment, *names)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_production_protects_its_cookies_and_redirects(tmp_path):
    found = read(
        PRODUCTION | {"DATA_DIR": str(tmp_path)},
        "DEBUG",
        "EMBEDDED",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_PROXY_SSL_HEADER",
        "PASSWORD_HASHERS",
    )

    assert found == {
        "DEBUG": False,
        "EMBEDDED": False,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        # Tests hash at less cost: this is what production must not take over.
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
    }


def test_page_waits_for_the_database_no_longer_than_its_reader(tmp_path):
    found = read(PRODUCTION | {"DATA_DIR": str(tmp_path)}, "DATABASES")

    assert found["DATABASES"]["default"]["OPTIONS"] == {
        "connect_timeout": 5,
        "options": "-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
    }


@pytest.mark.parametrize(
    ("more", "owner"),
    [
        ({}, "portal_app"),
        ({"MIGRATION_DATABASE_URL": "postgres://portal:other@db.example.org:5432/portal"}, "portal"),
    ],
)
def test_owner_signs_in_by_an_address_of_its_own(tmp_path, more, owner):
    address = "postgres://portal_app:pw@db.example.org:5432/portal"
    environment = PRODUCTION | {"DATA_DIR": str(tmp_path), "DATABASE_URL": address} | more

    found = read(environment, "APPLICATION_SIGN_IN", "OWNER_SIGN_IN")

    assert found["APPLICATION_SIGN_IN"]["USER"] == "portal_app"
    assert found["OWNER_SIGN_IN"] == {
        "USER": owner,
        "PASSWORD": "other" if more else "pw",
        "HOST": "db.example.org",
        "PORT": 5432,
    }


@pytest.mark.parametrize("name", ["SECRET_KEY", "PERSONAL_DATA_KEYS", "PERSONAL_DATA_SEARCH_KEY"])
def test_production_refuses_to_start_without_a_secret(tmp_path, name):
    environment = {key: value for key, value in PRODUCTION.items() if key != name}

    done = run(environment | {"DATA_DIR": str(tmp_path)}, "DEBUG")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"django.core.exceptions.ImproperlyConfigured: Set the {name} environment variable"
    )
    assert list(tmp_path.iterdir()) == []


def test_secrets_of_an_embedded_portal_are_made_once(tmp_path):
    names = ("SECRET_KEY", "PERSONAL_DATA_KEYS", "PERSONAL_DATA_SEARCH_KEY")

    first, second = (read({"DATA_DIR": str(tmp_path)}, *names) for _ in range(2))

    assert first == second
    assert len(set(map(str, first.values()))) == 3


def test_services_that_are_not_configured_come_along(tmp_path):
    found = read(
        {"DATA_DIR": str(tmp_path)}, "DATABASES", "REDIS_URL", "CELERY_BROKER_URL", "NEEDED_SERVICES"
    )

    assert found["DATABASES"]["default"]["HOST"] == str(tmp_path / "postgres")
    assert found["REDIS_URL"] == f"unix://{tmp_path}/valkey/valkey.sock"
    assert found["CELERY_BROKER_URL"] == f"redis+socket://{tmp_path}/valkey/valkey.sock"
    assert found["NEEDED_SERVICES"] == "Needed(database=True, broker=True)"


def test_address_of_a_client_is_believed_from_our_proxy_alone(tmp_path):
    name = "AXES_IPWARE_META_PRECEDENCE_ORDER"
    direct = {key: value for key, value in PRODUCTION.items() if key != "BEHIND_PROXY"}

    behind, before = (read(env | {"DATA_DIR": str(tmp_path)}, name)[name] for env in (PRODUCTION, direct))

    assert (behind, before) == (["HTTP_X_REAL_IP"], ["REMOTE_ADDR"])


def test_time_limit_of_a_job_ends_before_the_broker_hands_it_out_again(settings):
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT


def test_headers_of_every_answer(client):
    response = client.get("/healthz")

    names = ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy")
    policy, *others = (response[name] for name in names)
    assert others == ["DENY", "nosniff", "same-origin"]
    assert sorted(policy.split("; ")) == [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "manifest-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
    ]


def test_log_of_a_request_leaves_the_query_out(client, caplog):
    client.get("/healthz?q=somebody's+name")

    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [line["request"] for line in lines if line["event"] == "request_finished"] == ["GET /healthz"]
