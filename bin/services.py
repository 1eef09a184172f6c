"""The embedded services as children: each is started again by itself when it is gone."""

import os
import sys
from functools import partial
from pathlib import Path

from django.conf import settings

from bin.children import Service
from portal.lib.embedded import postgresql, valkey
from portal.lib.embedded.places import Needed
from portal.lib.embedded.services import start

KINDS = {
    "postgresql": (postgresql.is_alive, Needed(database=True, broker=False)),
    "valkey": (valkey.is_alive, Needed(database=False, broker=True)),
}


def embedded(data_dir: Path, needed: Needed) -> list[Service]:
    """Return the services that the portal brings along; they run already."""
    return [
        Service(
            name=name,
            command=[sys.executable, "-m", "bin.services", name],
            log=data_dir / "logs" / f"{name}.log",
            runs=partial(is_alive, data_dir),
        )
        for name, (is_alive, kind) in KINDS.items()
        if (kind.database and needed.database) or (kind.broker and needed.broker)
    ]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    # In a process of its own: recovery may take half a minute, and the others are looked after meanwhile.
    start(settings.DATA_DIR, needed=KINDS[sys.argv[1]][1])
