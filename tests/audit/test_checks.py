import pytest
from django.core.checks.registry import registry

from portal.audit.checks import trail_is_closed


@pytest.fixture
def public(settings):
    settings.ALLOWED_HOSTS = ["portal.example.org"]
    return settings


def found():
    return [message.id for message in trail_is_closed(None, databases=["default"])]


def test_owner_at_work_is_no_fault(db, public):
    assert found() == []


def test_one_role_for_all_is_warned_of(db, public):
    public.APPLICATION_SIGN_IN = public.OWNER_SIGN_IN

    assert found() == ["portal.W004"]


def test_one_role_is_enough_for_a_developer(db, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.APPLICATION_SIGN_IN = settings.OWNER_SIGN_IN

    assert found() == []


def test_plain_role_passes_without_knowing_the_owner(transactional_db, public, as_application):
    public.OWNER_SIGN_IN = public.APPLICATION_SIGN_IN

    assert found() == []


def test_check_is_registered():
    assert trail_is_closed in registry.get_checks()
