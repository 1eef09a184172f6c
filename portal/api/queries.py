"""The rows of the API's lists: what a reader may see, kept as asked, as plain columns."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.db.models import F, Q, QuerySet

from associations.models import Association, MilestoneEvent
from members.models import Appointment
from portal.accounts.models import User
from portal.accounts.scope import ScopedQuerySet
from portal.lib.dates import today

Asked = Mapping[str, Any]
Rows = QuerySet[Any, Any]
S = TypeVar("S", bound=ScopedQuerySet)


def associations(user: User, asked: Asked) -> Rows:
    """Keep the register's rows by level, parent, subtree, kind, being established on the day, and text."""
    found = Association.objects.visible_to(user)
    if "under" in asked:
        found = found.under(asked["under"])
    if "q" in asked:
        found = found.filter(_names(asked["q"]))
    if "established" in asked:
        standing = Association.objects.scoped().established(on=asked.get("on") or today())
        found = found.filter(pk__in=standing) if asked["established"] else found.exclude(pk__in=standing)
    same = {"level": "level", "kind": "kind", "parent": "parent__code"}
    found = found.filter(**{path: asked[name] for name, path in same.items() if name in asked})
    return found.values(
        "code",
        "name",
        "short_name",
        "level",
        "kind",
        "established_on",
        "dissolved_on",
        parent_code=F("parent__code"),
    )


def _names(text: str) -> Q:
    return Q(name__icontains=text) | Q(code__startswith=text) | Q(name_key__startswith=text.lower())


def milestone_events(user: User, asked: Asked) -> Rows:
    """Keep the steps of milestones by place, milestone and last day."""
    found = _of_place(MilestoneEvent.objects.visible_to(user), asked)
    if "milestone" in asked:
        found = found.filter(milestone=asked["milestone"])
    if "on" in asked:
        found = found.up_to(asked["on"])
    return found.values(
        "id",
        "milestone",
        "step",
        "on",
        "document_number",
        "achieved_on",
        "reason",
        association_code=F("association__code"),
    )


def unknown_seats(user: User, association: Association, keys: Iterable[int], *, on: date) -> list[int]:
    """Return the keys that are no appointment in office there on the day, or none that the reader may see."""
    asked = set(keys)
    seats = Appointment.objects.visible_to(user).in_office(on=on).filter(term__association=association)
    return sorted(asked - set(seats.filter(pk__in=asked).values_list("pk", flat=True)))


def _of_place(found: S, asked: Asked) -> S:
    if "association" in asked:
        found = found.filter(**{found.scope_path: asked["association"]})
    return found.under(asked["under"]) if "under" in asked else found
