from pathlib import Path

from django.contrib.staticfiles import finders

from portal.lib.assets import PUBLISHED, NodeModulesFinder


def test_published_assets_are_found_and_exist():
    found = [Path(finders.find(path)).is_file() for path in PUBLISHED]

    assert found == [True] * len(PUBLISHED)


def test_list_holds_the_published_assets_and_nothing_else():
    assert [path for path, storage in NodeModulesFinder().list(None)] == list(PUBLISHED)


def test_other_files_of_node_modules_are_not_found():
    hidden = "bootstrap/package.json"

    assert NodeModulesFinder().storage.exists(hidden)
    assert finders.find(hidden) is None
