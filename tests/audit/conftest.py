import pytest
from django.conf import settings
from django.db import connection


@pytest.fixture
def as_application(transactional_db):
    """The portal signed in as in production: whoever asks for it has made their records as the owner."""
    connection.close()
    connection.settings_dict.update(settings.APPLICATION_SIGN_IN)
    yield
    connection.close()
    connection.settings_dict.update(settings.OWNER_SIGN_IN)
