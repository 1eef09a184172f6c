import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

from portal.lib.database_limits import job_limits, limit_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
# `tasks/` is the room of the six key tasks, so Celery's usual module name is taken.
app.autodiscover_tasks(related_name="jobs")


# Before the worker forks, so that every child has them too.
@worker_init.connect
def give_jobs_their_time(**kwargs: Any) -> None:
    limit_process(job_limits())
