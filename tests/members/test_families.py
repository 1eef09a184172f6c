from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from members.enums import ContactDuty, HelpKind, VisitKind
from members.models import (
    DoctorContract,
    Family,
    FamilyContact,
    FamilyHelp,
    FamilyInsurance,
    FamilyMember,
    FamilyVisit,
    HospitalPass,
)
from portal.accounts.roles import FAMILY, Permission
from tests import factories

DAY = date(2020, 6, 1)
ONE_DAY = timedelta(days=1)


def refused(constraint, write):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    assert caught.value.__cause__.diag.constraint_name == constraint


def cover(family, *, starts_on=DAY, ends_on=None):
    for duty in ContactDuty:
        FamilyContact.objects.create(
            family=family, duty=duty, name="联系人", starts_on=starts_on, ends_on=ends_on
        )
    DoctorContract.objects.create(
        family=family, clinic="卫生院", doctor="医生", starts_on=starts_on, ends_on=ends_on
    )
    HospitalPass.objects.create(family=family, hospital="县医院", starts_on=starts_on, ends_on=ends_on)


@pytest.mark.parametrize(
    ("on", "is_covered"),
    [(DAY - ONE_DAY, False), (DAY, True), (DAY + ONE_DAY, True), (DAY + 2 * ONE_DAY, False)],
)
def test_family_is_covered_on_the_days_of_all_three(county, on, is_covered):
    cover(factories.family(county), ends_on=DAY + ONE_DAY)

    assert Family.objects.covered(on=on).exists() is is_covered


@pytest.mark.parametrize("missing", [FamilyContact, DoctorContract, HospitalPass])
def test_family_without_one_of_the_three_is_not_covered(county, missing):
    family = factories.family(county)
    cover(family)
    missing.objects.filter(pk=missing.objects.first().pk).delete()

    kept = (
        Family.objects.with_both_contacts(on=DAY).exists(),
        Family.objects.with_doctor(on=DAY).exists(),
        Family.objects.with_hospital_pass(on=DAY).exists(),
        Family.objects.covered(on=DAY).exists(),
    )

    three = tuple(model is not missing for model in (FamilyContact, DoctorContract, HospitalPass))
    assert kept == (*three, False)


def test_second_contact_of_the_same_post_is_refused(county):
    family = factories.family(county)
    cover(family)

    refused(
        "family_contact_one_a_day",
        lambda: FamilyContact.objects.create(
            family=family, duty=ContactDuty.VILLAGE, name="另一人", starts_on=DAY
        ),
    )


@pytest.mark.parametrize(("subsidy", "is_taken"), [(12000, True), (12001, False)])
def test_subsidy_stays_within_the_premium(county, subsidy, is_taken):
    family = factories.family(county)

    def insure():
        return FamilyInsurance.objects.create(
            family=family,
            insurer="保险公司",
            product="综合保险",
            insured_count=1,
            premium_fen=12000,
            subsidy_fen=subsidy,
            starts_on=DAY,
            ends_on=DAY,
        )

    if is_taken:
        assert insure().subsidy_fen == subsidy
    else:
        refused("family_insurance_subsidy_within_premium", insure)


def rows_of(family):
    cover(family)
    return [
        family,
        FamilyMember.objects.create(family=family, name="成员", kinship="child", sex="female"),
        *family.contacts.all(),
        *family.doctor_contracts.all(),
        *family.hospital_passes.all(),
        FamilyVisit.objects.create(family=family, kind=VisitKind.ROUTINE, on=DAY, visitor="走访人"),
        FamilyHelp.objects.create(family=family, kind=HelpKind.MONEY, on=DAY, amount_fen=50000),
    ]


def test_families_are_seen_by_their_own_role_only(county, office, neighbour, leader, outsider):
    carer = factories.user((FAMILY, county), username="carer", association=county)
    rows = rows_of(factories.family(county))

    seen = {
        user.username: [type(row).objects.visible_to(user).filter(pk=row.pk).exists() for row in rows]
        for user in (office, neighbour, leader, outsider, carer)
    }

    nothing = [False] * len(rows)
    assert seen == {
        "office": nothing,
        "neighbour": nothing,
        "leader": nothing,
        "outsider": nothing,
        "carer": [True] * len(rows),
    }


def test_family_role_of_another_county_sees_nothing(county, other_county):
    carer = factories.user((FAMILY, other_county), username="carer", association=other_county)
    rows = rows_of(factories.family(county))

    assert not any(type(row).objects.visible_to(carer).filter(pk=row.pk).exists() for row in rows)
    assert not Family.objects.visible_to(carer, Permission.EDIT_FAMILIES).exists()
