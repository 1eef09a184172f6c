from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from members import volunteer_actions
from members.enums import ContactDuty, HelpKind, LeaveReason, MemberKind, VisitKind
from members.models import (
    DoctorContract,
    Family,
    FamilyContact,
    FamilyHelp,
    FamilyInsurance,
    FamilyMember,
    FamilyVisit,
    HospitalPass,
    MemberGroup,
    MemberOrganisation,
    Membership,
    ServiceRecord,
    Volunteer,
    VolunteerContract,
    VolunteerRating,
    VolunteerTraining,
)
from portal.accounts.roles import FAMILY, Permission
from portal.lib.findings import RuleViolation
from portal.records.saving import save_record
from tests import factories

DAY = date(2020, 6, 1)
ONE_DAY = timedelta(days=1)


def refused(constraint, write):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    assert caught.value.__cause__.diag.constraint_name == constraint


def test_second_open_membership_of_a_person_is_refused(county):
    first = factories.membership(county)

    refused("membership_open_once", lambda: factories.membership(county, person=first.person))


def test_open_memberships_in_two_associations_are_accepted(county, other_county):
    first = factories.membership(county)

    second = factories.membership(other_county, person=first.person)

    assert set(first.person.memberships.all()) == {first, second}


def test_second_open_membership_of_an_organisation_is_refused(county):
    factory = MemberOrganisation.objects.create(association=county, name="制衣厂")
    factories.membership(county, organisation=factory)

    refused("membership_organisation_open_once", lambda: factories.membership(county, organisation=factory))


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("membership_is_of_one", {"kind": MemberKind.ORGANISATION}),
        ("membership_is_of_one", {"person": None}),
        (
            "membership_dates_in_order",
            {"left_on": date(2020, 1, 9), "leave_reason": LeaveReason.MOVED},
        ),
        ("membership_leaving_is_whole", {"left_on": DAY}),
        ("membership_leaving_is_whole", {"leave_reason": LeaveReason.MOVED}),
    ],
)
def test_membership_that_contradicts_itself_is_refused(county, constraint, values):
    membership = factories.membership(county)

    refused(constraint, lambda: Membership.objects.filter(pk=membership.pk).update(**values))


def test_group_of_another_association_is_refused_by_the_database(county, other_county):
    group = MemberGroup.objects.create(association=other_county, name="一组", starts_on=DAY)
    membership = factories.membership(county)

    refused(
        "membership_group_of_association",
        lambda: Membership.objects.filter(pk=membership.pk).update(group=group),
    )


def test_group_with_members_stays_in_its_association(county, other_county):
    group = MemberGroup.objects.create(association=county, name="一组", starts_on=DAY)
    factories.membership(county, group=group)

    refused(
        "membership_group_of_association",
        lambda: MemberGroup.objects.filter(pk=group.pk).update(association=other_county),
    )


def test_group_of_another_association_is_a_finding_when_saved(county, other_county):
    membership = factories.membership(county)
    membership.group = MemberGroup.objects.create(association=other_county, name="一组", starts_on=DAY)

    with pytest.raises(RuleViolation) as caught:
        save_record(membership)

    assert str(caught.value) == "会员小组须属于同一协会"


@pytest.mark.parametrize(
    ("on", "count"),
    [
        (date(2020, 1, 9), 1),
        (date(2020, 1, 10), 2),
        (DAY, 2),
        (DAY + ONE_DAY, 1),
    ],
)
def test_roll_counts_from_the_first_to_the_last_day(county, on, count):
    factories.membership(county, joined_on=date(2019, 1, 1))
    factories.membership(county, left_on=DAY, leave_reason=LeaveReason.MOVED)

    assert Membership.objects.on_roll(on=on).count() == count


def test_roll_is_counted_by_code_and_kind(county, other_county):
    factory = MemberOrganisation.objects.create(association=county, name="制衣厂")
    factories.membership(county, organisation=factory, is_key_member=True)
    factories.membership(county)
    factories.membership(other_county)

    roll = Membership.objects.under("36").on_roll(on=DAY)

    assert sorted(roll.counts_by_code(6)) == [("360102", 2), ("360103", 1)]
    assert dict(roll.counts_by_kind()) == {MemberKind.INDIVIDUAL: 2, MemberKind.ORGANISATION: 1}
    assert (roll.individuals().count(), roll.organisations().count(), roll.key_members().count()) == (2, 1, 1)


@pytest.mark.parametrize(
    ("on", "is_served"),
    [
        (date(2020, 3, 14), False),
        (date(2020, 3, 15), True),
        (date(2020, 12, 31), True),
        (date(2021, 1, 1), False),
    ],
)
def test_service_stands_on_contract_and_training(county, office, on, is_served):
    volunteer = factories.prepared_volunteer(county)
    codes = []

    try:
        volunteer_actions.record_service(
            volunteer=volunteer, on=on, hours=Decimal("2.50"), content="入户走访", by=office
        )
    except RuleViolation as violation:
        codes = [finding.code for finding in violation.findings]

    assert (codes, ServiceRecord.objects.count()) == (([], 1) if is_served else (["not_prepared"], 0))
    if not is_served:
        refused("service_is_prepared", lambda: serve(volunteer, on))


def serve(volunteer, on, hours="2"):
    return ServiceRecord.objects.create(volunteer=volunteer, on=on, hours=Decimal(hours), content="走访")


@pytest.mark.parametrize("model", [VolunteerContract, VolunteerTraining])
def test_what_a_service_stands_on_cannot_be_deleted(county, model):
    volunteer = factories.prepared_volunteer(county)
    serve(volunteer, DAY)

    refused("service_is_prepared", lambda: model.objects.all().delete())


@pytest.mark.parametrize(("ends_on", "is_kept"), [(DAY, True), (DAY - ONE_DAY, False)])
def test_contract_is_not_shortened_under_a_service(county, ends_on, is_kept):
    volunteer = factories.prepared_volunteer(county)
    serve(volunteer, DAY)

    def shorten():
        volunteer.contracts.update(ends_on=ends_on)

    if is_kept:
        shorten()
        assert volunteer.contracts.get().ends_on == ends_on
    else:
        refused("service_is_prepared", shorten)


def test_training_is_not_moved_behind_a_service(county):
    volunteer = factories.prepared_volunteer(county)
    serve(volunteer, DAY)

    refused("service_is_prepared", lambda: volunteer.trainings.update(on=DAY + ONE_DAY))


@pytest.mark.parametrize(
    ("hours", "is_taken"), [("0", False), ("0.25", True), ("24", True), ("24.01", False)]
)
def test_service_hours_fit_a_day(county, hours, is_taken):
    volunteer = factories.prepared_volunteer(county)

    if is_taken:
        assert serve(volunteer, DAY, hours).hours == Decimal(hours)
    else:
        refused("service_hours_of_a_day", lambda: serve(volunteer, DAY, hours))


@pytest.mark.parametrize(
    ("ends_on", "on", "codes"),
    [
        (None, date(2020, 1, 19), ["not_registered"]),
        (DAY, DAY, []),
        (DAY - ONE_DAY, DAY, ["not_registered"]),
    ],
)
def test_service_is_by_a_registered_volunteer(county, office, ends_on, on, codes):
    volunteer = factories.prepared_volunteer(county)
    Volunteer.objects.update(ends_on=ends_on)
    found = []

    try:
        volunteer_actions.record_service(
            volunteer=volunteer, on=on, hours=Decimal(1), content="走访", by=office
        )
    except RuleViolation as violation:
        found = [finding.code for finding in violation.findings]

    assert found == codes


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
def test_nobody_else_records_a_service(county, who, request):
    volunteer = factories.prepared_volunteer(county)

    with pytest.raises(RuleViolation) as caught:
        volunteer_actions.record_service(
            volunteer=volunteer, on=DAY, hours=Decimal(1), content="走访", by=request.getfixturevalue(who)
        )

    assert caught.value.findings[0].code == "unknown_volunteer"
    assert ServiceRecord.objects.count() == 0


def test_volunteer_applies_once_while_open(county):
    volunteer = factories.volunteer(county)

    refused("volunteer_open_once", lambda: factories.volunteer(county, person=volunteer.person))


def test_volunteer_dates_stand_in_order(county):
    refused(
        "volunteer_dates_in_order",
        lambda: factories.volunteer(county, applied_on=DAY, registered_on=DAY - ONE_DAY),
    )


@pytest.mark.parametrize(("stars", "is_taken"), [(0, False), (1, True), (5, True), (6, False)])
def test_rating_has_one_to_five_stars(county, stars, is_taken):
    volunteer = factories.volunteer(county)

    def rate():
        return VolunteerRating.objects.create(volunteer=volunteer, year=2025, stars=stars)

    if is_taken:
        assert rate().stars == stars
    else:
        refused("volunteer_rating_stars", rate)


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


def test_members_and_volunteers_are_seen_by_their_office_only(county, office, neighbour, leader, outsider):
    volunteer = factories.prepared_volunteer(county)
    rows = [
        factories.membership(county),
        volunteer,
        *volunteer.contracts.all(),
        *volunteer.trainings.all(),
        serve(volunteer, DAY),
    ]

    seen = {
        user.username: {type(row).objects.visible_to(user).filter(pk=row.pk).exists() for row in rows}
        for user in (office, neighbour, leader, outsider)
    }

    assert seen == {"office": {True}, "neighbour": {False}, "leader": {False}, "outsider": {False}}
