from celery import shared_task

from portal.lib.dates import today

from . import notices


@shared_task
def remind() -> None:
    notices.remind_of_terms(on=today())
