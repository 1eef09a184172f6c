import re
import subprocess
import sys
from pathlib import Path

import pytest

from bin import prepare


def test_fingerprint_is_the_same_for_the_same_files():
    assert prepare.fingerprint("requirements.txt") == prepare.fingerprint("requirements.txt")
    assert prepare.fingerprint("requirements.txt") != prepare.fingerprint("requirements-dev.txt")


def test_stamp_of_other_files_is_not_current(tmp_path):
    stamp = tmp_path / "done"
    stamp.write_text(prepare.fingerprint("requirements.txt"))

    assert prepare.is_current(stamp, prepare.fingerprint("requirements.txt"))
    assert not prepare.is_current(stamp, prepare.fingerprint("requirements-dev.txt"))
    assert not prepare.is_current(tmp_path / "missing", "any")


def test_failed_command_is_named():
    with pytest.raises(prepare.NotReady) as problem:
        prepare.run(sys.executable, "-c", "raise SystemExit(3)")

    assert str(problem.value) == f"命令失败（3）：{sys.executable} -c raise SystemExit(3)"


def test_preparation_needs_nothing_but_a_bare_python():
    bare = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        "import runpy; runpy.run_path('bin/prepare.py', run_name='bare')",
    ]

    assert subprocess.run(bare, cwd=prepare.ROOT, check=False).returncode == 0


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_exact_and_say_what_for(name):
    lines = [line for line in Path(name).read_text().splitlines() if line and line[0] not in "#-"]

    assert [line for line in lines if not re.fullmatch(r"[\w.\-\[\]]+==[\w.]+ +# \S.*", line)] == []


def test_lock_file_of_the_browser_names_no_place_of_download():
    assert '"resolved"' not in Path("package-lock.json").read_text()
