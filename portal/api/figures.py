"""What the reply about one association is made of."""

from dataclasses import dataclass
from datetime import date

from associations.enums import Level
from associations.models import Association
from associations.register.codes_on import CodesOn
from associations.register.coverage import coverage_by_place
from portal.oversight import reform
from portal.oversight.rules_under import RulesUnder
from portal.oversight.verdicts import MilestoneStatus, Progress


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


@dataclass(frozen=True, kw_only=True)
class Reform:
    """An association's milestones and the progress that they and those below amount to."""

    milestones: tuple[MilestoneStatus, ...]
    progress: ScopesProgress


def coverage(association: Association, *, on: date) -> list[LevelCount]:
    """Count the association and all below it by level."""
    code = CodesOn(on).of(association)
    places = coverage_by_place(code, width=len(code), on=on)
    return [
        LevelCount(level=level, due=count.due, established=count.established)
        for (_, level), count in sorted(places.items())
    ]


def reform_of(association: Association, *, on: date) -> Reform:
    """Judge the milestones of the association and of its subtree together."""
    rules = RulesUnder.at(association, on=on)
    subtree = {each.pk: each for each in rules.bound(rules.bound_by_milestones)}
    everyone = list((subtree | {association.pk: association}).values())
    statuses = reform.statuses_of_many(everyone, on=on, rules=rules)
    own = statuses[association.pk]
    below = (status for key in subtree for status in statuses[key])
    progress = ScopesProgress(node=reform.progress_of(own), subtree=reform.progress_of(below))
    return Reform(milestones=own, progress=progress)
