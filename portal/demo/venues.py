"""Venues and partner units: names that belong to nobody, and no credit codes."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from associations.enums import Level
from associations.models import Association
from tasks.enums import Essential, PartnerKind, Recognition, VenueKind
from tasks.models import PartnerUnit, Venue

from .names import FEMALE, SURNAMES

FIRST_DAY = date(2016, 1, 4)
FACILITIES = ("活动室、图书角", "宣传栏、咨询室", "健康小屋、活动室", "亲子活动区、阅览室")
PARTNERS = {
    PartnerKind.MEDICAL: ("示例医院", "义诊和健康讲座"),
    PartnerKind.SCHOOL: ("示例中学", "青春健康教育"),
    PartnerKind.UNIVERSITY: ("示例学院", "师资培训和志愿服务"),
    PartnerKind.ENTERPRISE: ("示例公司", "资助困难家庭"),
    PartnerKind.SOCIAL: ("示例社工服务中心", "心理疏导和陪伴"),
    PartnerKind.MASS_ORGANISATION: ("示例群团", "联合开展宣传活动"),
}


def make_venues(associations: Sequence[Association], random: Random) -> int:
    """Open a members' home in half the townships, and several kinds of venues at the offices above."""
    made = []
    for association in associations:
        if association.established_on is None or association.level > Level.TOWNSHIP:
            continue
        is_office = association.level <= Level.COUNTY
        if is_office or random.randrange(2):
            made.append(_venue(association, VenueKind.MEMBERS_HOME, random))
        if is_office:
            others = [kind for kind in VenueKind.values if kind != VenueKind.MEMBERS_HOME]
            kinds = random.sample(others, 3)
            made += [_venue(association, VenueKind(kind), random) for kind in kinds]
    return len(Venue.objects.bulk_create(made, batch_size=2000))


def _venue(association: Association, kind: VenueKind, random: Random) -> Venue:
    opened_on = FIRST_DAY + timedelta(days=random.randrange(3500))
    is_closed = random.randrange(20) == 0
    warm = random.sample(Essential.values, random.randrange(3, 7)) if kind == VenueKind.WARM_HOME else []
    name = "服务站" if kind == VenueKind.OTHER else kind.label
    return Venue(
        association=association,
        kind=kind,
        name=f"{association.short_name}{name}",
        address=f"{association.short_name}示例路{random.randrange(1, 200)}号",
        area=Decimal(random.randrange(3000, 60000)) / 100,
        opened_on=opened_on,
        closed_on=opened_on + timedelta(days=random.randrange(100, 400)) if is_closed else None,
        recognition=random.choice((*[Recognition.NONE] * 6, Recognition.COUNTY, Recognition.PROVINCE)),
        essentials=warm,
        facilities=random.choice(FACILITIES),
        phone=f"1990000{random.randrange(10_000):04d}",
    )


def make_partners(offices: Sequence[Association], random: Random) -> int:
    """Let every established office work with two to four units."""
    made = [unit for each in offices if each.established_on for unit in _partners(each, random)]
    return len(PartnerUnit.objects.bulk_create(made, batch_size=2000))


def _partners(association: Association, random: Random) -> Iterator[PartnerUnit]:
    for kind in random.sample(list(PARTNERS), random.randrange(2, 5)):
        name, does = PARTNERS[kind]
        starts_on = date(random.randrange(2021, 2026), random.randrange(1, 13), 1)
        yield PartnerUnit(
            association=association,
            name=f"{association.short_name}{name}",
            kind=kind,
            does=does,
            contact_name=random.choice(SURNAMES) + random.choice(FEMALE),
            phone=f"1990000{random.randrange(10_000):04d}",
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=730) if random.randrange(3) else None,
        )
