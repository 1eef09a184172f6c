"""Measure the speed goals as ratios in one run and print them as one table; `--json FILE` keeps them."""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import django

from portal.lib.embedded import places, postgresql
from portal.lib.embedded.services import borrowed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    parser.add_argument("names", nargs="*", help="only these measurements")
    options = parser.parse_args()
    data_dir = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    data_dir.chmod(0o711)
    os.environ |= {
        "DATA_DIR": str(data_dir),
        "DEBUG": "0",
        "DEMO_PASSWORD": "bench-Only-1-password",
        "ALLOWED_HOSTS": "testserver",
    }
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)
    try:
        with borrowed(data_dir, needed=places.Needed(database=True, broker=True), durable=True):
            figures = _measured(options.names)
    finally:
        postgresql.discard(data_dir)
        shutil.rmtree(data_dir, ignore_errors=True)
    _say(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for figure in figures:
        _say(f"{figure.name:<44} {figure.value:>10}  {figure.goal:<16} {figure.data}")
    if options.json:
        options.json.write_text(
            json.dumps([asdict(figure) for figure in figures], ensure_ascii=False, indent=1)
        )
    return 0


def _measured(names: list[str]):
    django.setup()
    # Both read models, which exist only after the set-up above.
    from django.core.management import call_command  # noqa: PLC0415

    from tests.bench import measures  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    wanted = [measure for measure in measures.ALL if not names or measure.__name__ in names]
    return [figure for measure in wanted for figure in measure()]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
