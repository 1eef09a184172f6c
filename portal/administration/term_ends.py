"""Until when a grant that is tied to a term lasts."""

from dataclasses import dataclass
from datetime import date

from members.models import Term


@dataclass(frozen=True, kw_only=True)
class TermEnd:
    """The term that sits, and the day that it is due to end by the rules that bind it."""

    term: Term
    due_on: date


def last_day(end: TermEnd, *, ends_on: date | None) -> date:
    """Return the last day of a grant tied to a term: its own, at the latest the day the term is due to end.

    A term whose congress is late sits on, and access to its records would with it: only a day that somebody
    sets on purpose goes beyond the due day.
    """
    return ends_on if ends_on is not None else end.due_on
