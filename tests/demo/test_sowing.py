from datetime import date

import pytest
from django.db import transaction
from django.db.models import Count, F, Q

from members.identity import ID_NUMBER_PURPOSE
from members.models import (
    ContactHousehold,
    Family,
    FamilyMember,
    Membership,
    Person,
    ServiceRecord,
    Volunteer,
)
from portal.demo.families import sow_families
from portal.demo.members import LAST_DAY, sow_members
from portal.demo.volunteers import sow_volunteers
from portal.lib.dates import add_years
from portal.lib.id_numbers import IdNumberError, read_id_number
from portal.lib.sealed import unseal
from tests import factories


@pytest.fixture
def villages(county):
    factories.association("360102001")
    return [factories.association(f"360102001{serial:03d}") for serial in range(1, 31)]


def sown(*, seed=1, scale=1):
    """Sow everything, look at it, and take it back, so that it can be sown again."""
    with transaction.atomic():
        made = sow_members(["3601"], seed=seed, scale=scale)
        made |= sow_volunteers(seed=seed) | sow_families(seed=seed)
        people = list(
            Membership.objects.order_by("association__code", "pk").values_list(
                "association__code", "person__name", "person__born_on", "joined_on", "left_on", "category"
            )
        )
        transaction.set_rollback(True)
    return made, people


def test_same_seed_sows_the_same_rows(villages):
    first, again, other = sown(seed=1), sown(seed=1), sown(seed=2)

    assert first == again
    assert first[1] != other[1]


def test_scale_multiplies_the_members(villages):
    (one, _), (three, _) = sown(scale=1), sown(scale=3)

    assert three["会员"] == 3 * one["会员"] > 0


def test_only_established_villages_under_the_prefixes_get_members(villages, other_county):
    elsewhere = factories.association("360103001001")
    missing = factories.association("360102001099", established_on=None)

    sow_members(["360102"], seed=1, scale=1)

    assert not Membership.objects.filter(association__in=[elsewhere, missing]).exists()
    assert Membership.objects.filter(association__in=villages).count() == Membership.objects.count() > 300


def test_sown_rows_keep_the_rules(villages):
    sow_members(["3601"], seed=1, scale=1)
    sow_volunteers(seed=1)
    sow_families(seed=1)

    members = Membership.objects.select_related("person", "group")
    assert all(add_years(each.person.born_on, 18) <= each.joined_on <= LAST_DAY for each in members)
    assert all(each.group.association_id == each.association_id for each in members)
    assert not members.filter(Q(left_on__gt=LAST_DAY) | Q(joined_on__lt=F("group__starts_on"))).exists()
    assert not ServiceRecord.objects.filter(on__gt=LAST_DAY).exists()
    assert Person.pgh_event_model.objects.count() == Person.objects.count()
    counts = [model.objects.count() for model in (Volunteer, Family, ContactHousehold)]
    assert min(counts) > 0
    family_sizes = (
        FamilyMember.objects.values("family").annotate(size=Count("pk")).values_list("size", flat=True)
    )
    assert set(family_sizes) == {3}


def test_sown_id_numbers_can_be_nobodys(villages):
    sow_members(["3601"], seed=1, scale=1)

    numbered = Person.objects.filter(id_number_sealed__isnull=False)
    numbers = [unseal(person.id_number_sealed, ID_NUMBER_PURPOSE) for person in numbered]

    assert len(set(numbers)) == len(numbers) > 0
    assert {number[:6] for number in numbers} == {"990000"}
    assert [number[6:14] for number in numbers] == [f"{person.born_on:%Y%m%d}" for person in numbered]
    for number in numbers:
        with pytest.raises(IdNumberError, match="行政区划"):
            read_id_number(number, on=date(2026, 11, 1))
