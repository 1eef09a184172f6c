"""What the reply about one association is made of."""

from dataclasses import dataclass
from datetime import date

from associations.coverage import coverage_by_place
from associations.enums import Level
from associations.models import Association
from associations.rule_queries import CodesOn
from associations.rules import scopes_above
from portal.oversight import reform
from portal.oversight.verdicts import Progress


@dataclass(frozen=True, kw_only=True)
class LevelCount:
    """The associations of one level that are due and those that exist."""

    level: Level
    due: int
    established: int


@dataclass(frozen=True, kw_only=True)
class ScopesProgress:
    """The progress of an association alone, and with everything below it."""

    node: Progress
    subtree: Progress


def ancestors(association: Association) -> list[Association]:
    """List the associations above, highest first; their names are no secret to those below."""
    codes = scopes_above(association.code)[:-1]
    return list(Association.objects.scoped().filter(code__in=codes).order_by("code"))


def coverage(association: Association, *, on: date) -> list[LevelCount]:
    """Count the association and all below it by level."""
    code = CodesOn(on).of(association)
    places = coverage_by_place(code, width=len(code), on=on)
    return [
        LevelCount(level=level, due=count.due, established=count.established)
        for (_, level), count in sorted(places.items())
    ]


def progress(association: Association, *, on: date) -> ScopesProgress:
    """Add up the milestones of the association and of its subtree."""
    return ScopesProgress(
        node=reform.progress_of(reform.statuses_of(association, on=on)),
        subtree=reform.progress_under(CodesOn(on).of(association), on=on),
    )
