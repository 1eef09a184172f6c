import os
import shutil
import tempfile
from pathlib import Path

import pytest

from portal.lib.embedded import owner as owners
from portal.lib.embedded.owner import Owner

STRANGER = Owner(name="stranger", uid=54321, gid=54321)


@pytest.fixture
def open_folder():
    """A folder that everybody reaches; pytest's own are private to the user who runs it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(("mode", "reached"), [(0o755, True), (0o711, True), (0o700, False), (0o770, False)])
def test_can_reach_follows_the_folders_above(open_folder, mode, reached):
    above = open_folder / "above"
    above.mkdir()
    above.chmod(mode)

    assert owners.can_reach(STRANGER, above / "data") is reached


def test_can_reach_is_true_for_oneself(tmp_path):
    tmp_path.chmod(0o700)

    assert owners.can_reach(None, tmp_path / "data")


def test_prepare_folder_of_oneself_is_private(tmp_path):
    found = owners.prepare_folder(None, tmp_path / "postgres")

    assert (found, found.stat().st_mode & 0o777) == (tmp_path / "postgres", 0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_prepare_folder_out_of_reach_is_a_link_to_one_within_reach(tmp_path):
    tmp_path.chmod(0o700)
    owner = owners.cluster_owner()

    found = owners.prepare_folder(owner, tmp_path / "postgres")

    assert found.parent == owners.SHARED
    assert owners.can_reach(owner, found)
    assert (found.stat().st_uid, found.stat().st_mode & 0o777) == (owner.uid, 0o700)
    owners.discard_folder(tmp_path / "postgres")
    assert not found.exists()
