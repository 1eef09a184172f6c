import logging

import pytest
from django.db import transaction
from django.test import override_settings

from . import world


@pytest.fixture(scope="module", autouse=True)
def _quiet():
    """Forty thousand refusals are not worth a line each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory):
    """One world for a whole file: each question is undone, and making the world takes longer than asking."""
    with (
        django_db_blocker.unblock(),
        override_settings(FILES_DIR=tmp_path_factory.mktemp("files")),
        transaction.atomic(),
    ):
        yield world.build()
        transaction.set_rollback(True)


@pytest.fixture
def db(built):
    """Undo what a test writes; pytest-django's own would close the connection that holds the world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def here(built, db):
    return built
