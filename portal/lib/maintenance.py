"""Commands for whoever keeps the portal: without the limits of pages, and without making pages wait."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from .database_limits import MAINTENANCE, limited, waited_for_lock

LOCKED = "所需的数据正被其他操作占用，等待 3 秒后已停止，未完成的一步没有改动；请稍后重新运行"


class MaintenanceCommand(BaseCommand):
    """A command whose statements take as long as they need, and which gives up soon where others hold a lock.

    One that may begin again from the start says how often it tries: a table that pages use is free for a
    moment now and then.
    """

    lock_attempts = 1
    pause_seconds = 3.0

    def execute(self, *args: Any, **options: Any) -> Any:
        with limited(MAINTENANCE):
            attempt = 1
            while True:
                try:
                    return super().execute(*args, **options)
                except OperationalError as error:
                    if not waited_for_lock(error):
                        raise
                    if attempt >= self.lock_attempts:
                        raise CommandError(LOCKED) from error
                self.stderr.write(f"数据表正被使用，稍候再试（第 {attempt} 次，共 {self.lock_attempts} 次）")
                time.sleep(self.pause_seconds)
                attempt += 1
