"""Run every check, then every test, on services of their own that are thrown away afterwards."""

import base64
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from portal.lib.embedded import places, postgresql
from portal.lib.embedded.services import borrowed

# What a developer's shell may carry must not decide a test.
KEPT = ("PATH", "HOME", "LANG", "TERM", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "GUIDE_PICTURES")
STATIC_CHECKS = {
    "ruff check": ["ruff", "check", "--quiet", "."],
    "ruff format": ["ruff", "format", "--quiet", "--check", "."],
    "import-linter": ["importlinter.cli", "lint"],
    "migrations": ["manage", "makemigrations", "--check", "--dry-run"],
}

# Files in their order: the long ones come early, so that neither process waits for the other in the end.
TWO_PROCESSES = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def test_environment(data_dir: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    home = {} if "HOME" in kept else {"HOME": str(data_dir)}
    return (
        kept | home | {"DATA_DIR": str(data_dir), "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "portal.settings"}
    )


def production_environment(data_dir: Path) -> dict[str, str]:
    """What a production machine would set, on the test's own services."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return test_environment(data_dir) | {
        "DEBUG": "0",
        "DATABASE_URL": places.database_url(data_dir),
        "MIGRATION_DATABASE_URL": places.owner_url(data_dir),
        "REDIS_URL": places.redis_url(data_dir),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "PERSONAL_DATA_KEYS": f"check:{key}",
        "PERSONAL_DATA_SEARCH_KEY": key,
        "ALLOWED_HOSTS": "portal.example.org",
        "BEHIND_PROXY": "1",
    }


def passes(name: str, command: list[str], env: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(command, env=env, check=False)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    say(f"{name:<16} {verdict} ({time.monotonic() - started:.1f} s)")
    return done.returncode == 0


def python_command(module: str, *arguments: str) -> list[str]:
    target = ["manage.py"] if module == "manage" else ["-m", module]
    return [sys.executable, *target, *arguments]


def has_compose() -> bool:
    asked = ["docker", "compose", "version"]
    return (
        bool(shutil.which("docker"))
        and subprocess.run(asked, capture_output=True, check=False).returncode == 0
    )


def typed_modules() -> list[str]:
    """The modules whose types are checked; those of Django's own kinds follow Django's conventions."""
    roots = (Path("portal/lib"), Path("portal/oversight"))
    django_kinds = {"apps", "forms", "jobs", "models", "tables", "urls", "views"}
    whole = [
        path for root in roots for path in root.rglob("*.py") if not django_kinds & {path.stem, *path.parts}
    ]
    rooms = ("associations", "associations/*", "members", "tasks", "portal/*")
    kinds = ("rules", "queries", "actions")
    parts = [path for room in rooms for kind in kinds for path in Path().glob(f"{room}/*{kind}*.py")]
    return sorted({str(path) for path in whole + parts})


def failed_checks(data_dir: Path) -> list[str]:
    # As the owner, who is there before the first `migrate` makes the application's role.
    env = test_environment(data_dir) | {"DATABASE_URL": places.owner_url(data_dir)}
    verdicts = {name: passes(name, python_command(*words), env) for name, words in STATIC_CHECKS.items()}
    verdicts["mypy"] = passes("mypy", python_command("mypy", *typed_modules()), env)
    deploy = python_command("manage", "check", "--deploy", "--fail-level", "WARNING")
    verdicts["check --deploy"] = passes("check --deploy", deploy, production_environment(data_dir))
    compose = ["docker", "compose", "--env-file", ".env.example", "config", "--quiet"]
    if has_compose():
        verdicts["compose"] = passes("compose", compose, env)
    return [name for name, is_ok in verdicts.items() if not is_ok]


def main() -> int:
    arguments = [word for word in sys.argv[1:] if word != "--"]
    data_dir = Path(tempfile.mkdtemp(prefix="portal-test-"))
    data_dir.chmod(0o711)
    needed = places.Needed(database=True, broker=True)
    try:
        with borrowed(data_dir, needed=needed, durable=False):
            failed = failed_checks(data_dir)
            tests = python_command("pytest", *TWO_PROCESSES, *arguments)
            status = subprocess.run(tests, env=test_environment(data_dir), check=False).returncode
    finally:
        postgresql.discard(data_dir)
        shutil.rmtree(data_dir, ignore_errors=True)
    if failed:
        say(f"failed before the tests: {', '.join(failed)}")
    return 1 if failed else status


if __name__ == "__main__":
    sys.exit(main())
