"""Tell offices of the terms that come into their last six months."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from django.db.models import Max, Q
from django.urls import reverse

from associations.models import Association
from portal.accounts.holders import Holders, holders
from portal.accounts.roles import Permission
from portal.accounts.scope import under_any
from portal.inbox.actions import send
from portal.inbox.enums import Topic
from portal.inbox.models import Message
from portal.lib.dates import BEIJING, add_months

from .enums import TermState
from .models import Term
from .rules import DUE_SOON_MONTHS
from .term_states import sitting_terms

AT_ONCE = 2_000
NAMED = 3


def remind_of_terms(*, on: date) -> None:
    """Tell each office of the terms that came into their last six months since it was told last.

    An office answers for its association and for all below it down to the next office. A new user is told of
    all that stand there.
    """
    offices = holders(Permission.EDIT_RECORDS, on=on)
    told = _last_told()
    for code in sorted(offices.by_code):
        ending = list(_ending(code, offices, on=on))
        for user in offices.by_code[code]:
            new = [name for name, entered_on in ending if user not in told or entered_on > told[user]]
            if new:
                _tell(user, code, new, on=on)


def _last_told() -> dict[int, date]:
    last = Message.objects.scoped().on(Topic.TERM).values_list("user").annotate(Max("created_at"))
    return {user: at.astimezone(BEIJING).date() for user, at in last}


def _ending(code: str, offices: Holders, *, on: date) -> Iterator[tuple[str, date]]:
    """Name the associations whose term is in its last six months, with the day on which those began."""
    below = [other for other in offices.by_code if other.startswith(code) and other != code]
    sitting = Term.objects.scoped().in_force(on=on).filter(association__code__startswith=code)
    mine = Association.objects.scoped().filter(~under_any("code", below) if below else Q())
    rows = mine.filter(pk__in=sitting.values("association")).order_by("code").iterator(AT_ONCE)
    for associations in _chunks(rows):
        terms = sitting_terms(associations, on=on)
        for association in associations:
            term = terms[association.pk]
            if term.state == TermState.DUE_SOON and term.due_on:
                yield association.short_name, add_months(term.due_on, -DUE_SOON_MONTHS)


def _chunks(rows: Iterable[Association]) -> Iterator[Sequence[Association]]:
    rows = iter(rows)
    while chunk := list(islice(rows, AT_ONCE)):
        yield chunk


def _tell(user: int, code: str, names: Sequence[str], *, on: date) -> None:
    listed = "、".join(names[:NAMED]) + ("等" if len(names) > NAMED else "")
    send(
        to=[user],
        topic=Topic.TERM,
        key=f"terms:{code}:{on}",
        text=f"{len(names)} 个协会的本届将在六个月内届满：{listed}",
        url=f"{reverse('oversight:councils')}?under={code}&term={TermState.DUE_SOON}",
        association=Association.objects.scoped().get(code=code),
    )
