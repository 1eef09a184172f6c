from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.apps import apps
from django.db.models import Q

from associations.enums import CODE_WIDTH, Level
from associations.models import Association, MilestoneEvent
from associations.models.association import AssociationQuerySet
from associations.register.codes_on import CodesOn
from portal.accounts.models import User
from portal.jobs.models import BATCH, Job
from portal.lib.dates import BEIJING

from .content import Place, Subject

# What the verdicts are computed from; each of these keeps every change in an event table of its own.
TRACKED_INPUTS = (
    "associations.AssociationEvent",
    "associations.SuccessionEvent",
    "associations.PolicyDocumentEvent",
    "associations.QuotaRuleEvent",
    "associations.MilestoneRuleEvent",
    "associations.TermRuleEvent",
    "members.TermEvent",
    "members.AppointmentEvent",
)
LISTED_BELOW = {
    Level.PROVINCE: (Level.CITY, Level.COUNTY),
    Level.CITY: (Level.COUNTY,),
    Level.COUNTY: (Level.TOWNSHIP,),
    Level.TOWNSHIP: (Level.VILLAGE,),
}


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An association in its place of the table, with the code that it bore on the day."""

    association: Association
    place: Place
    code_on: str


def listed(association: Association, *, on: date, codes: CodesOn | None = None) -> list[Listed]:
    """List an association and, by the tree of the day, what its table shows below it.

    Shape: the association itself first; below a province its cities, each before its counties; below any
    other place those directly in it. Divisions that ought to exist on the day, established or not.
    """
    codes = codes or CodesOn(on)
    own = codes.of(association)
    wanted = Q(level__in=LISTED_BELOW.get(Level(association.level), ())) | Q(parent=association)
    found = _divisions_under(own, on=on).filter(wanted).exclude(pk=association.pk)
    below = sorted(((codes.of(each), each) for each in found), key=lambda pair: pair[0])
    cities = {code for code, each in below if each.level == Level.CITY}
    return [
        Listed(association=association, place=place_of(association, depth=0), code_on=own),
        *(
            Listed(association=each, place=place_of(each, depth=_depth(code, cities)), code_on=code)
            for code, each in below
        ),
    ]


def with_bound(table: Sequence[Listed], bound: Iterable[Association], *, codes: CodesOn) -> list[Listed]:
    """Add to a table those further down that rules bind, each in its place by code."""
    known = {each.association.pk for each in table}
    deeper = [
        Listed(association=each, place=place_of(each, depth=2), code_on=codes.of(each))
        for each in bound
        if each.pk not in known
    ]
    own, *below = table
    return [own, *sorted([*below, *deeper], key=lambda each: each.code_on)]


def _depth(code: str, cities: set[str]) -> int:
    return 2 if code not in cities and code[: CODE_WIDTH[Level.CITY]] in cities else 1


def _divisions_under(code: str, *, on: date) -> AssociationQuerySet:
    return Association.objects.under_on(code, on=on).divisions().due(on=on)


def place_of(association: Association, *, depth: int) -> Place:
    """Return an association as a report names it."""
    return Place(
        code=association.code,
        name=association.short_name,
        level=Level(association.level),
        depth=depth,
    )


def subject_of(association: Association, *, on: date, made_on: date) -> Subject:
    """Say whom a report is about and up to which change on record."""
    return Subject(
        code=association.code,
        name=association.name,
        short_name=association.short_name,
        level=Level(association.level),
        superior=association.parent.name if association.parent else "",
        on=on,
        made_on=made_on,
        data_at=data_time(otherwise=on),
    )


def data_time(*, otherwise: date) -> datetime:
    """Return when anything that verdicts are computed from was last changed, in Beijing time.

    Read from the newest row of each history and not from the clock: the same records give the same report.
    """
    newest = [
        apps.get_model(name).objects.order_by("-pgh_id").values_list("pgh_created_at")[:1]
        for name in TRACKED_INPUTS
    ]
    steps = MilestoneEvent.objects.scoped().order_by("-pk").values_list("recorded_at")[:1]
    times = [row[0] for row in steps.union(*newest, all=True)]
    last = max(times, default=datetime(otherwise.year, otherwise.month, otherwise.day, tzinfo=BEIJING))
    return last.astimezone(BEIJING)


def parts_below(association: Association, *, level: Level | None, on: date) -> list[Association]:
    """List those below an association that a batch makes reports for: its table, or all of one level."""
    if level is None:
        return [each.association for each in listed(association, on=on) if each.place.depth == 1]
    codes = CodesOn(on)
    below = _divisions_under(codes.of(association), on=on).at_level(level).exclude(pk=association.pk)
    return sorted(below, key=codes.of)


def open_count(by: User) -> int:
    """Count the reports of a user that are asked for and not made yet."""
    return Job.objects.scoped().made_by(by).open().exclude(kind=BATCH).count()
