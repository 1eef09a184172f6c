import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
# `tasks/` is the room of the six key tasks, so Celery's usual module name is taken.
app.autodiscover_tasks(related_name="jobs")
