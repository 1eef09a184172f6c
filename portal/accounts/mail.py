"""Send a link to whoever left an address, where the portal has a mail server."""

from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from .link_actions import IssuedLink

log = structlog.get_logger(__name__)


def send_link(issued: IssuedLink, *, url: str) -> bool:
    """Mail a link to its user; tell whether it went out.

    The administrator has the link on the page as well, so that a failure costs nothing.
    """
    link = issued.link
    if not (link.user.email and settings.MAILS_MESSAGES):
        return False
    body = render_to_string("accounts/mail/link.txt", {"link": link, "url": url, "secret": issued.secret})
    subject = f"计生协工作平台：{link.get_purpose_display()}"
    try:
        return bool(send_mail(subject, body, None, [link.user.email]))
    except (SMTPException, OSError) as error:
        log.warning("link_not_mailed", link=link.pk, error=type(error).__name__)
        return False
