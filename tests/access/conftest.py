import pytest

from . import world


@pytest.fixture
def here(db, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    return world.build()
