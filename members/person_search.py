"""Look for people by what somebody typed: the beginning of a name, its pinyin initials, or an ID number."""

from dataclasses import dataclass

from django.views.decorators.debug import sensitive_variables

from portal.accounts.models import User
from portal.lib.dates import now
from portal.lib.findings import RuleViolation

from .identity import find_by_id_number, looks_like_id_number
from .models import Person
from .queries import people_named

CAUSE = "查找人员"


@dataclass(frozen=True, kw_only=True)
class PeopleFound:
    """Whom a search found; `refusal` says why a number was not looked for."""

    people: tuple[Person, ...] = ()
    refusal: str = ""


@sensitive_variables()
def people_found(user: User, *, text: str, limit: int = 10) -> PeopleFound:
    """Find people in the user's reach by name, initials or whole ID number; a number is put on record first.

    Who passes on what somebody typed sends it in a body: a number must not be in an address.
    Raises: LookNotRecorded.
    """
    text = text.strip()
    if not looks_like_id_number(text):
        return PeopleFound(people=tuple(people_named(user, text=text, limit=limit)))
    try:
        found = find_by_id_number(text, cause=CAUSE, by=user, at=now())
    except RuleViolation as refused:
        return PeopleFound(refusal=str(refused))
    return PeopleFound(people=tuple(found[:limit]))
