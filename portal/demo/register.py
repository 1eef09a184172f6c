"""Which associations of the demo exist, and since when."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from django.db import connection

from associations.enums import Employment, Establishment, Kind, Level, PartyOrganisation
from associations.models import Association, Staffing
from associations.register.naming import association_name, name_key

# Per cent of the due associations that are established.
ESTABLISHED = {Level.PROVINCE: 100, Level.CITY: 100, Level.COUNTY: 100, Level.TOWNSHIP: 96, Level.VILLAGE: 91}
UNITS = (
    (Kind.ENTERPRISE, "制衣厂"),
    (Kind.SCHOOL, "职业学院"),
    (Kind.NEW_ORGANISATION, "家政服务社"),
    (Kind.FLOATING, "流动人口集中居住区"),
    (Kind.AWAY, "驻外流动人口"),
)
HEADCOUNT = {Level.PROVINCE: 18, Level.CITY: 8, Level.COUNTY: 4}


def establish(associations: Sequence[Association], random: Random) -> None:
    """Give most associations the day that they were established; the rest stay due and missing."""
    known: list[int] = []
    days: list[date] = []
    for association in associations:
        if random.randrange(100) < ESTABLISHED[Level(association.level)]:
            association.established_on = date(1985, 5, 29) + timedelta(days=random.randrange(30 * 365))
            known.append(association.pk)
            days.append(association.established_on)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE associations_association AS a SET established_on = given.on_day"
            " FROM unnest(%s::bigint[], %s::date[]) AS given (id, on_day) WHERE a.id = given.id",
            [known, days],
        )


def add_units(counties: Sequence[Association], random: Random) -> int:
    """Found a few associations outside the divisions in every third county; return how many."""
    units = []
    for county in counties[::3]:
        for serial, (kind, what) in enumerate(random.sample(UNITS, k=3), start=1):
            short_name = f"{county.short_name}{what}"
            units.append(
                Association(
                    code=f"{county.code}-{serial:04d}",
                    level=Level.UNIT,
                    kind=kind,
                    name=association_name(short_name),
                    short_name=short_name,
                    name_key=name_key(short_name, Level.UNIT),
                    parent=county,
                    established_on=date(2005, 1, 1) + timedelta(days=random.randrange(15 * 365)),
                    home_place=county.short_name if kind == Kind.AWAY else "",
                    host_place="沿海城市" if kind == Kind.AWAY else "",
                )
            )
    return len(Association.objects.bulk_create(units))


def staff(associations: Sequence[Association], random: Random) -> int:
    """Give every office of county level and above posts and a Party organisation; return the rows made."""
    rows = []
    for association in associations:
        association.party_organisation = random.choice(
            (
                PartyOrganisation.GROUP,
                PartyOrganisation.BRANCH,
                PartyOrganisation.BRANCH,
                PartyOrganisation.NONE,
            )
        )
        heads = HEADCOUNT[Level(association.level)] + random.randrange(3)
        for establishment, employment, count in (
            (Establishment.CIVIL_SERVICE, Employment.FULL_TIME, heads),
            (Establishment.NONE, Employment.PURCHASED, random.randrange(3)),
        ):
            if count:
                rows.append(
                    Staffing(
                        association=association,
                        establishment=establishment,
                        employment=employment,
                        headcount=count,
                        starts_on=date(2016, 1, 1),
                    )
                )
    Association.objects.bulk_update(associations, ["party_organisation"])
    return len(Staffing.objects.bulk_create(rows))
