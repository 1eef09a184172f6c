import fcntl
import os
import socket
import subprocess
import sys

import pytest

from bin.serve import HOST, CannotStart, assets_are_whole, wait_for_port
from tests.patience import SECONDS


def serve(data_dir, **environment):
    env = os.environ | {"DATA_DIR": str(data_dir)} | environment
    command = [sys.executable, "-m", "bin.serve"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=SECONDS)


def test_second_run_on_the_same_data_is_told(tmp_path):
    with (tmp_path / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        second = serve(tmp_path)

    assert second.returncode == 1
    assert second.stderr == f"已有一个 bin/run 在使用 {tmp_path}，请先停止它（Ctrl-C）\n"


@pytest.mark.parametrize("port", ["web", "0", "65536", "-1", "80 "])
def test_run_refuses_what_is_no_port(tmp_path, port):
    refused = serve(tmp_path, PORT=port)

    assert (refused.returncode, refused.stderr) == (1, f"PORT 不是端口号：{port}\n")


def test_taken_port_is_named_with_a_way_out():
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CannotStart) as refusal:
            wait_for_port(port, seconds=0)

    assert str(refusal.value) == f"端口 {port} 已被其他程序占用。换一个端口：PORT={port + 1} bin/run"


def test_free_port_is_taken_at_once():
    with socket.socket() as other:
        other.bind((HOST, 0))
        port = other.getsockname()[1]

    wait_for_port(port, seconds=0)


@pytest.mark.parametrize(
    ("manifest", "is_whole"), [('{"paths": {}}', True), ('{"paths": {"cs', False), ("", False)]
)
def test_published_assets_need_a_manifest_that_can_be_read(tmp_path, settings, manifest, is_whole):
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text(manifest)

    assert assets_are_whole() is is_whole


def test_assets_that_were_never_published_are_not_whole(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path

    assert not assets_are_whole()
