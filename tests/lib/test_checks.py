import pytest
from django.core.checks.registry import registry

from portal.lib import checks


@pytest.fixture
def public(settings):
    """Settings of a machine that others reach, and that has nothing wrong."""
    settings.ALLOWED_HOSTS = ["portal.example.org", "localhost"]
    settings.SECRET_KEY = "kV9x-q3Zt_R7mW2bYc8N" * 3
    settings.DEBUG = settings.EMBEDDED = False
    settings.HTTPS = True
    return settings


def found():
    return [message.id for message in checks.served_hosts_are_safe(None)]


def test_checks_pass_on_a_sound_public_machine(public):
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "ids"),
    [
        ("DEBUG", True, ["portal.E001"]),
        ("EMBEDDED", True, ["portal.E002"]),
        ("SECRET_KEY", "kV9x-q3Zt_R7mW2bYc8N", ["portal.E003"]),
        ("SECRET_KEY", "abc" * 30, ["portal.E003"]),
        ("HTTPS", False, ["portal.W001"]),
    ],
)
def test_checks_refuse_one_fault_on_a_public_machine(public, name, value, ids):
    setattr(public, name, value)

    assert found() == ids


def test_checks_let_a_developer_be(settings):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    settings.DEBUG = settings.EMBEDDED = True
    settings.SECRET_KEY = "short"

    assert found() == []


def test_check_refuses_a_connection_for_each_request(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "CONN_MAX_AGE", 0)

    assert [message.id for message in checks.connections_are_kept(None)] == ["portal.E004"]


def test_checks_are_registered():
    names = {check.__name__ for check in registry.get_checks(include_deployment_checks=True)}

    assert {"served_hosts_are_safe", "connections_are_kept", "reports_can_be_printed"} <= names
