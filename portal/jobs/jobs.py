from celery import shared_task

from . import worker


@shared_task
def run(job_id: str) -> None:
    worker.work(job_id)


@shared_task
def sweep() -> None:
    worker.sweep()
