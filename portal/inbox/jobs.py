from celery import shared_task

from portal.lib.dates import today

from . import mail, reminders


@shared_task
def remind() -> None:
    reminders.remind_of_grants(on=today())


@shared_task
def mail_news() -> None:
    mail.mail_news()
