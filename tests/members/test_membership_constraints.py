from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from members.enums import LeaveReason, MemberKind
from members.models import (
    MemberGroup,
    MemberOrganisation,
    Membership,
)
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
