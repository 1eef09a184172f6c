"""What beat remembers of its runs, begun anew where it is damaged, and its word that it is alive."""

import json
from datetime import datetime
from pathlib import Path

import structlog
from celery.beat import Scheduler
from django.db import Error, connection

from portal.lib.dates import now

from . import actions
from .models import Process

log = structlog.get_logger(__name__)


class KeptScheduler(Scheduler):
    """Celery's scheduler with the last run of each entry in a file, so that a missed one is made up for.

    Celery's own keeps them in a dbm, and ends at every start where that is damaged.
    """

    max_interval = 15
    sync_every = 10

    def __init__(self, *args, schedule_filename: str, **kwargs) -> None:
        self.path = Path(schedule_filename)
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for name, ran_at in read_runs(self.path).items():
            if name in self.schedule:
                self.schedule[name].last_run_at = ran_at
        self.sync()

    def sync(self) -> None:
        write_runs(self.path, {name: entry.last_run_at for name, entry in self.schedule.items()})
        try:
            actions.record_heartbeat(Process.BEAT)
        except Error as error:
            # A database that is away: beat goes on, and the next round may find it.
            log.warning("heartbeat_not_recorded", error=str(error))
            connection.close()

    @property
    def info(self) -> str:
        return f"    . runs -> {self.path}"


def read_runs(path: Path) -> dict[str, datetime]:
    try:
        runs = {name: datetime.fromisoformat(text) for name, text in json.loads(path.read_text()).items()}
        # What ran tomorrow, by a clock that was wrong, would not run again until then.
        return {name: ran_at for name, ran_at in runs.items() if ran_at <= now()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        log.warning("schedule_begun_anew", path=str(path), error=str(error))
        return {}


def write_runs(path: Path, runs: dict[str, datetime]) -> None:
    draft = path.with_suffix(".draft")
    try:
        draft.write_text(json.dumps({name: ran_at.isoformat() for name, ran_at in runs.items()}))
        draft.replace(path)
    except OSError as error:
        log.warning("schedule_not_written", path=str(path), error=str(error))
