"""Whether reports can be printed here, asked in a process of its own: drawing takes 70 MB for good."""

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from importlib import import_module

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)
LOOK_SECONDS = 60
# Fonts seldom go; where they are missing somebody is just installing them.
KEPT_SECONDS = 600
KEPT_MISSING_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Printing:
    """What the printer of reports finds: its fonts, and the library that cuts them fast."""

    fonts: bool
    font_subsetting: bool


class PrintingCheck:
    """Ask what is there, and keep the answer for some minutes."""

    def __init__(self) -> None:
        self.found = Printing(fonts=False, font_subsetting=False)
        self.until = 0.0

    def __call__(self) -> Printing:
        if time.monotonic() >= self.until:
            self.found = look()
            kept = KEPT_SECONDS if self.found.fonts else KEPT_MISSING_SECONDS
            self.until = time.monotonic() + kept
        return self.found


def look() -> Printing:
    """Ask a new process that ends with its answer; what gives no answer cannot print."""
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LOOK_SECONDS,
            check=True,
        )
        return Printing(**json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError) as error:
        log.warning("printing_not_checked", error=str(error), output=str(getattr(error, "stderr", "")))
        return Printing(fonts=False, font_subsetting=False)


printing = PrintingCheck()

if __name__ == "__main__":
    pdf = import_module("portal.lib.pdf")
    here = Printing(fonts=pdf.fonts_available(), font_subsetting=pdf.harfbuzz_subset_available())
    sys.stdout.write(json.dumps(asdict(here)))
