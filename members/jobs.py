from celery import shared_task

from portal.jobs.attempts import Attempt
from portal.jobs.registry import job
from portal.lib.dates import now, today

from . import notices
from .clearing import actions as clearing
from .models import ClearingRound


@shared_task
def remind() -> None:
    notices.remind_of_terms(on=today())


@job(clearing.CLOSE_JOB)
def close_clearing_round(attempt: Attempt) -> None:
    round_ = ClearingRound.objects.scoped().select_related("association").get(pk=attempt.arguments["round"])
    count = clearing.leaving(round_).count()
    attempt.report_progress(0, count, f"正在登记 {count} 名会员退会")
    with attempt.finishing(ended=count):
        clearing.finish(round_=round_, at=now())
