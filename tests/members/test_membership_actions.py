from datetime import date, timedelta

import pytest

from members import membership_actions
from members.enums import LeaveReason, MemberCategory, MemberKind
from members.models import ContactHousehold, MemberGroup, MemberOrganisation, Membership
from portal.accounts.roles import OFFICE
from portal.lib.findings import RuleViolation
from tests import factories

JOINED, LAST = date(2020, 1, 10), date(2021, 6, 30)
ONE_DAY = timedelta(days=1)


def refusal(write, *arguments, **values):
    with pytest.raises(RuleViolation) as caught:
        write(*arguments, **values)
    return [finding.code for finding in caught.value.findings]


def state(membership):
    membership.refresh_from_db()
    return membership.left_on, membership.leave_reason, membership.version


@pytest.fixture
def city_office(city):
    return factories.user((OFFICE, city), username="city", association=city)


def test_person_joins_with_group_and_category(county, office):
    person = factories.person(county, born_on=date(1990, 1, 1))
    group = MemberGroup.objects.create(association=county, name="一组", starts_on=JOINED)

    made = membership_actions.join(
        association=county,
        member=person,
        joined_on=JOINED,
        group=group,
        category=MemberCategory.FIVE_ELDERS,
        is_key_member=True,
        by=office,
    )

    made.refresh_from_db()
    kept = (made.association, made.person, made.organisation, made.group, made.kind, made.category)
    assert kept == (county, person, None, group, MemberKind.INDIVIDUAL, MemberCategory.FIVE_ELDERS)
    assert (made.is_key_member, made.joined_on, made.left_on, made.version) == (True, JOINED, None, 1)


def test_organisation_joins_once(county, office):
    factory = MemberOrganisation.objects.create(association=county, name="制衣厂")

    made = membership_actions.join(association=county, member=factory, joined_on=JOINED, by=office)
    codes = refusal(membership_actions.join, association=county, member=factory, joined_on=LAST, by=office)

    assert (made.kind, made.organisation, made.person) == (MemberKind.ORGANISATION, factory, None)
    assert codes == ["already_member"]


@pytest.mark.parametrize(
    ("born_on", "codes"),
    [
        (date(2002, 1, 10), []),
        (date(2002, 1, 11), ["underage"]),
        # Whoever was born on 29 February is 18 on 28 February.
        (date(2004, 2, 29), ["underage"]),
        (None, []),
    ],
)
def test_member_is_eighteen_on_the_day_of_joining(county, office, born_on, codes):
    person = factories.person(county, born_on=born_on)
    found = []

    try:
        membership_actions.join(association=county, member=person, joined_on=JOINED, by=office)
    except RuleViolation as violation:
        found = [finding.code for finding in violation.findings]

    assert (found, Membership.objects.count()) == (codes, 0 if codes else 1)


@pytest.mark.parametrize(("joined_on", "codes"), [(LAST, ["overlaps"]), (LAST + ONE_DAY, [])])
def test_member_rejoins_from_the_day_after_leaving(county, office, joined_on, codes):
    earlier = factories.membership(county, left_on=LAST, leave_reason=LeaveReason.RESIGNED)
    found = []

    try:
        membership_actions.join(association=county, member=earlier.person, joined_on=joined_on, by=office)
    except RuleViolation as violation:
        found = [finding.code for finding in violation.findings]

    assert found == codes


def test_group_of_another_association_is_refused(county, office):
    township = factories.association("360102001")
    group = MemberGroup.objects.create(association=township, name="一组", starts_on=JOINED)
    person = factories.person(county)

    codes = refusal(
        membership_actions.join, association=county, member=person, joined_on=JOINED, group=group, by=office
    )

    assert codes == ["foreign_group"]


@pytest.mark.parametrize(
    ("ends_on", "codes"), [(JOINED - ONE_DAY, ["group_ended"]), (JOINED, []), (None, [])]
)
def test_group_is_entered_until_its_last_day(county, office, ends_on, codes):
    group = MemberGroup.objects.create(
        association=county, name="一组", starts_on=JOINED - 9 * ONE_DAY, ends_on=ends_on
    )
    found = []

    try:
        membership_actions.join(
            association=county, member=factories.person(county), joined_on=JOINED, group=group, by=office
        )
    except RuleViolation as violation:
        found = [finding.code for finding in violation.findings]

    assert found == codes


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
def test_nobody_else_adds_a_member(county, who, request):
    person = factories.person(county)

    codes = refusal(
        membership_actions.join,
        association=county,
        member=person,
        joined_on=JOINED,
        by=request.getfixturevalue(who),
    )

    assert (codes, Membership.objects.count()) == (["missing"], 0)


def test_person_of_another_county_is_refused_like_an_unknown_one(county, other_county, office):
    stranger = factories.person(other_county)

    codes = refusal(membership_actions.join, association=county, member=stranger, joined_on=JOINED, by=office)

    assert codes == ["unknown_member"]


def test_leaving_ends_membership_and_contacts(county, office):
    membership = factories.membership(county)
    known = ContactHousehold.objects.create(membership=membership, householder="甲户", starts_on=JOINED)
    later = ContactHousehold.objects.create(
        membership=membership, householder="乙户", starts_on=LAST + ONE_DAY
    )

    membership_actions.leave(
        membership=membership, left_on=LAST, reason=LeaveReason.RESIGNED, by=office, seen=1
    )

    known.refresh_from_db()
    later.refresh_from_db()
    assert state(membership) == (LAST, LeaveReason.RESIGNED, 2)
    assert [(each.ends_on, each.version) for each in (known, later)] == [(LAST, 2), (LAST + ONE_DAY, 2)]


def test_leaving_on_the_day_of_joining_is_accepted(county, office):
    membership = factories.membership(county)

    membership_actions.leave(
        membership=membership, left_on=JOINED, reason=LeaveReason.REMOVED, by=office, seen=1
    )

    assert state(membership) == (JOINED, LeaveReason.REMOVED, 2)


@pytest.mark.parametrize(
    ("left_on", "seen", "codes"), [(JOINED - ONE_DAY, 1, ["before_joining"]), (LAST, 2, ["stale"])]
)
def test_leaving_before_joining_or_from_a_stale_page_is_refused(county, office, left_on, seen, codes):
    membership = factories.membership(county)

    found = refusal(
        membership_actions.leave,
        membership=membership,
        left_on=left_on,
        reason=LeaveReason.RESIGNED,
        by=office,
        seen=seen,
    )

    assert (found, state(membership)) == (codes, (None, "", 1))


def test_leaving_twice_is_refused(county, office):
    membership = factories.membership(county, left_on=LAST, leave_reason=LeaveReason.RESIGNED)

    found = refusal(
        membership_actions.leave,
        membership=membership,
        left_on=LAST + ONE_DAY,
        reason=LeaveReason.MOVED,
        by=office,
        seen=1,
    )

    assert (found, state(membership)) == (["already_left"], (LAST, LeaveReason.RESIGNED, 1))


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
def test_nobody_else_ends_a_membership(county, who, request):
    membership = factories.membership(county)

    found = refusal(
        membership_actions.leave,
        membership=membership,
        left_on=LAST,
        reason=LeaveReason.RESIGNED,
        by=request.getfixturevalue(who),
        seen=1,
    )

    assert (found, state(membership)) == (["unknown_member"], (None, "", 1))


def test_transfer_moves_membership_and_person(county, other_county, city_office):
    membership = factories.membership(county, is_key_member=True, category=MemberCategory.TEACHER)
    group = MemberGroup.objects.create(association=other_county, name="一组", starts_on=JOINED)

    moved = membership_actions.transfer(
        membership=membership, to=other_county, on=LAST, group=group, by=city_office, seen=1
    )

    moved.refresh_from_db()
    assert state(membership) == (LAST - ONE_DAY, LeaveReason.TRANSFERRED, 2)
    assert (moved.association, moved.person, moved.group) == (other_county, membership.person, group)
    assert (moved.joined_on, moved.category, moved.is_key_member) == (LAST, MemberCategory.TEACHER, True)
    assert (moved.person.association, moved.person.version) == (other_county, 2)
    assert [Membership.objects.on_roll(on=day).count() for day in (LAST - ONE_DAY, LAST)] == [1, 1]


def test_transfer_leaves_a_person_on_record_above_where_they_are(city, county, other_county, city_office):
    membership = factories.membership(county, person=factories.person(city))

    moved = membership_actions.transfer(
        membership=membership, to=other_county, on=LAST, by=city_office, seen=1
    )

    assert (moved.person.association, moved.person.version) == (city, 1)


@pytest.mark.parametrize("who", ["office", "neighbour"])
def test_transfer_needs_both_ends(county, other_county, who, request):
    membership = factories.membership(county)

    found = refusal(
        membership_actions.transfer,
        membership=membership,
        to=other_county,
        on=LAST,
        by=request.getfixturevalue(who),
        seen=1,
    )

    assert found == [{"office": "missing", "neighbour": "unknown_member"}[who]]
    assert state(membership) == (None, "", 1)


@pytest.mark.parametrize(("day", "codes"), [(JOINED, ["before_joining"]), (JOINED + ONE_DAY, [])])
def test_transfer_is_after_the_day_of_joining(county, other_county, city_office, day, codes):
    membership = factories.membership(county)
    found = []

    try:
        membership_actions.transfer(membership=membership, to=other_county, on=day, by=city_office, seen=1)
    except RuleViolation as violation:
        found = [finding.code for finding in violation.findings]

    assert (found, Membership.objects.count()) == (codes, 1 if codes else 2)


def test_transfer_to_where_the_person_is_a_member_changes_nothing(county, other_county, city_office):
    membership = factories.membership(county)
    factories.membership(other_county, person=membership.person)

    found = refusal(
        membership_actions.transfer, membership=membership, to=other_county, on=LAST, by=city_office, seen=1
    )

    assert (found, state(membership)) == (["already_member"], (None, "", 1))


def test_transfer_to_the_same_association_is_refused(county, office):
    membership = factories.membership(county)

    found = refusal(membership_actions.transfer, membership=membership, to=county, on=LAST, by=office, seen=1)

    assert found == ["same_association"]
