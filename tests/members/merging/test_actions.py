from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from associations.enums import Body, Constituency, Post
from members import identity
from members.enums import LeaveReason
from members.merging import actions
from members.merging.fields import CHOSEN_NAMES
from members.merging.holdings import MOVED, foreign_keys_to
from members.models import (
    Appointment,
    ContactHousehold,
    DistinctPair,
    MemberGroup,
    Membership,
    MergedPerson,
    Person,
    ServiceRecord,
    Term,
    TransferRequest,
    Volunteer,
    VolunteerContract,
    VolunteerRating,
)
from members.models.person import ERASED_NAME
from members.seat_counts import seat_counts
from portal.accounts.roles import OFFICE
from portal.lib.findings import RuleViolation
from tests import factories
from tests.members.test_identity import number, numbered

BORN = date(1970, 1, 1)
FIRST, MIDDLE, LAST = date(2020, 1, 10), date(2021, 3, 5), date(2021, 6, 30)


@pytest.fixture
def keep(county):
    return factories.person(county, name="某人", born_on=BORN, workplace="一厂")


@pytest.fixture
def drop(county):
    return factories.person(county, name="某人", born_on=BORN, phone="13812345678")


def merge(keep, drop, by, *, values=()):
    keep.refresh_from_db()
    drop.refresh_from_db()
    return actions.merge_people(keep=keep, drop=drop, values=values, by=by, seen=(keep.version, drop.version))


def refusal(keep, drop, by):
    with pytest.raises(RuleViolation) as caught:
        merge(keep, drop, by)
    return [finding.code for finding in caught.value.findings]


@pytest.mark.parametrize("model", MOVED)
def test_merge_treats_every_foreign_key(model):
    assert foreign_keys_to(model) == sorted(MOVED[model])


def test_forgotten_foreign_key_would_be_noticed():
    assert "members.Membership.person" in foreign_keys_to(Person)
    assert not [name for name in foreign_keys_to(Person) if "Event." in name]


def test_everything_moves_and_the_record_stays_behind_as_a_note(county, office, keep, drop):
    seat = factories.seat(factories.term(county), person=drop)
    membership = factories.membership(county, person=drop)
    volunteer = factories.volunteer(county, person=drop)
    group = MemberGroup.objects.create(association=county, name="一组", leader=drop, starts_on=FIRST)
    old_key = drop.pk

    merged = merge(keep, drop, office, values={"phone"})

    for row in (seat, membership, volunteer):
        row.refresh_from_db()
        assert (row.person, row.version) == (keep, 2)
    group.refresh_from_db()
    keep.refresh_from_db()
    assert (group.leader, group.version) == (keep, 2)
    assert (keep.phone, keep.workplace, keep.version) == ("13812345678", "一厂", 2)
    assert not Person.objects.filter(pk=old_key).exists()
    assert (merged.old_key, merged.name, merged.kept, merged.merged_by) == (old_key, "某人", keep, office)
    assert merged.values["电话"] == "13812345678"
    assert merged.values["登记协会"] == "东湖区计划生育协会（360102）"
    assert Term.objects.get().version == 2


def test_history_says_what_the_change_was_for(county, office, keep, drop):
    membership = factories.membership(county, person=drop)
    key = drop.pk

    merge(keep, drop, office)

    purpose = membership.events.latest("pgh_id").pgh_context.metadata["purpose"]
    assert purpose == f"合并人员 {key} → {keep.pk}"


def test_number_of_the_dropped_person_is_kept(county, office, keep):
    drop = numbered(county, name="某人")
    sealed, keyed = bytes(drop.id_number_sealed), drop.id_number_hash

    merged = merge(keep, drop, office)

    keep.refresh_from_db()
    assert (bytes(keep.id_number_sealed), keep.id_number_hash) == (sealed, keyed)
    assert merged.id_number_hash == keyed
    assert identity.masked_id_number(keep).startswith("3***")


def test_number_is_in_the_note_nowhere(county, office, keep):
    drop = numbered(county, name="某人")
    merge(keep, drop, office)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row::text FROM members_mergedperson AS row")
        (kept,) = cursor.fetchone()

    assert "360102199003071234"[:14] not in kept


@pytest.mark.parametrize(
    ("ours", "theirs", "whole"),
    [
        ((FIRST, None), (MIDDLE, None), (FIRST, None, "")),
        ((MIDDLE, None), (FIRST, None), (FIRST, None, "")),
        ((FIRST, MIDDLE), (MIDDLE, LAST), (FIRST, LAST, LeaveReason.MOVED)),
        ((FIRST, MIDDLE), (MIDDLE, None), (FIRST, None, "")),
    ],
)
def test_memberships_that_overlap_become_one_spell(county, office, keep, drop, ours, theirs, whole):
    stays, goes = (
        factories.membership(
            county,
            person=person,
            joined_on=joined_on,
            left_on=left_on,
            leave_reason=LeaveReason.MOVED if left_on else "",
        )
        for person, (joined_on, left_on) in ((keep, ours), (drop, theirs))
    )
    household = ContactHousehold.objects.create(membership=goes, householder="某户", starts_on=FIRST)

    merge(keep, drop, office)

    stays.refresh_from_db()
    household.refresh_from_db()
    assert (stays.joined_on, stays.left_on, stays.leave_reason) == whole
    assert (household.membership, household.version) == (stays, 2)
    assert list(keep.memberships.all()) == [stays]


def test_memberships_one_after_the_other_stay_two_spells(county, office, keep, drop):
    factories.membership(county, person=keep, joined_on=LAST)
    factories.membership(
        county, person=drop, joined_on=FIRST, left_on=MIDDLE, leave_reason=LeaveReason.RESIGNED
    )

    merge(keep, drop, office)

    spells = keep.memberships.order_by("joined_on").values_list("joined_on", "left_on")
    assert list(spells) == [(FIRST, MIDDLE), (LAST, None)]


def test_membership_with_a_request_that_waits_is_not_joined(county, office, keep, drop):
    factories.membership(county, person=keep)
    goes = factories.membership(county, person=drop)
    TransferRequest.objects.create(
        membership=goes, to_code="360103", reason="搬家", asked_on=MIDDLE, asked_by=office
    )

    assert refusal(keep, drop, office) == ["request_waits"]


def test_person_counts_once_in_a_body_after_the_merge(county, office, keep, drop):
    term = factories.term(county)
    factories.seat(term, Post.COUNCIL_MEMBER, person=keep, constituency=Constituency.GRASSROOTS)
    factories.seat(term, Post.VICE_PRESIDENT, person=drop)
    factories.seat(term)

    def figures():
        count = seat_counts([county.pk], on=MIDDLE)[county.pk, Body.COUNCIL]
        return count.total, count.counted([Constituency.GRASSROOTS])

    before = figures()
    merge(keep, drop, office)

    assert (before, figures()) == ((3, 1), (2, 1))


def test_seats_of_the_same_post_become_one(county, office, keep, drop):
    term = factories.term(county)
    stays = factories.seat(term, person=keep, starts_on=MIDDLE, office_held="")
    goes = factories.seat(term, person=drop, starts_on=FIRST, office_held="主任")
    successor = factories.seat(term, predecessor=goes, starts_on=LAST)

    merge(keep, drop, office)

    stays.refresh_from_db()
    successor.refresh_from_db()
    assert (stays.starts_on, stays.ends_on, stays.office_held) == (FIRST, None, "主任")
    assert successor.predecessor == stays
    assert list(keep.appointments.all()) == [stays]


def test_seats_that_speak_for_different_people_are_refused(county, office, keep, drop):
    term = factories.term(county)
    factories.seat(term, person=keep)
    factories.seat(term, person=drop, constituency=Constituency.GRASSROOTS)

    assert refusal(keep, drop, office) == ["seats_overlap"]
    assert Appointment.objects.count() == 2


def test_volunteering_that_overlaps_becomes_one(county, office, keep, drop):
    stays = factories.volunteer(county, person=keep, applied_on=MIDDLE, registered_on=MIDDLE)
    goes = factories.prepared_volunteer(county)
    Volunteer.objects.filter(pk=goes.pk).update(person=drop, skills=["legal-aid"])
    service = ServiceRecord.objects.create(
        volunteer=goes, on=date(2020, 6, 1), hours=Decimal(2), content="义诊"
    )
    ratings = [(stays, 2020, 5), (goes, 2020, 1), (goes, 2021, 3)]
    for volunteer, year, stars in ratings:
        VolunteerRating.objects.create(volunteer=volunteer, year=year, stars=stars)

    merge(keep, drop, office)

    stays.refresh_from_db()
    service.refresh_from_db()
    assert (stays.applied_on, stays.registered_on, stays.ends_on) == (FIRST, date(2020, 1, 20), None)
    assert (stays.skills, service.volunteer) == (["legal-aid"], stays)
    assert VolunteerContract.objects.get().volunteer == stays
    assert list(stays.ratings.order_by("year").values_list("year", "stars")) == [(2020, 5), (2021, 3)]
    assert Volunteer.objects.get() == stays


def test_people_with_different_numbers_are_not_merged(county, office):
    one = numbered(county, name="某人")
    other = numbered(county, number("456"), name="某人")

    assert refusal(one, other, office) == ["numbers_differ"]


@pytest.mark.parametrize("which", [0, 1])
def test_frozen_record_is_neither_kept_nor_dropped(office, keep, drop, which):
    Person.objects.filter(pk=(keep, drop)[which].pk).update(frozen_on=LAST)

    assert refusal(keep, drop, office) == ["frozen"]


@pytest.mark.parametrize("which", [0, 1])
def test_erased_record_is_neither_kept_nor_dropped(office, keep, drop, which):
    gone = {"erased_on": LAST, "name": ERASED_NAME, "name_key": "", "born_on": None}
    gone |= {"workplace": "", "title": "", "phone": ""}
    Person.objects.filter(pk=(keep, drop)[which].pk).update(**gone)

    assert refusal(keep, drop, office) == ["erased"]


def test_merge_treats_every_field_of_a_person():
    treated = {*CHOSEN_NAMES, "name_key", "id_number_sealed", "id_number_hash"}
    treated |= {"number_county", "frozen_on", "erased_on"}

    assert {field.name for field in Person._meta.concrete_fields} == treated | {"id", "version"}


def test_person_is_not_merged_with_themselves_or_somebody_out_of_reach(county, other_county, office, keep):
    stranger = factories.person(other_county, name="某人", born_on=BORN)

    assert refusal(keep, keep, office) == ["missing"]
    assert refusal(keep, stranger, office) == ["missing"]
    assert refusal(stranger, keep, office) == ["missing"]


def test_rows_out_of_reach_are_left_with_whom_they_name(city, county, office, keep, drop):
    factories.membership(city, person=drop)

    assert refusal(keep, drop, office) == ["out_of_reach"]
    # The other way round nothing out of reach changes.
    merge(drop, keep, office)
    assert Person.objects.get(name="某人") == drop


def test_office_above_both_counties_merges(city, county, other_county, keep):
    office = factories.user((OFFICE, city), association=city)
    drop = factories.person(other_county, name="某人", born_on=BORN)
    moved = factories.membership(other_county, person=drop)

    merge(keep, drop, office)

    moved.refresh_from_db()
    assert moved.person == keep


def test_stale_version_is_refused(office, keep, drop):
    with pytest.raises(RuleViolation) as caught:
        actions.merge_people(keep=keep, drop=drop, values=(), by=office, seen=(1, 2))

    assert [finding.code for finding in caught.value.findings] == ["stale"]


def test_pair_told_apart_is_not_merged_until_the_mark_is_taken_back(office, keep, drop):
    actions.mark_distinct(one=drop, other=keep, by=office)
    actions.mark_distinct(one=keep, other=drop, by=office)

    assert refusal(keep, drop, office) == ["marked_distinct"]
    assert [(pair.first, pair.second, pair.marked_by) for pair in DistinctPair.objects.all()] == [
        (keep, drop, office)
    ]

    actions.unmark_distinct(one=keep, other=drop, by=office)
    assert merge(keep, drop, office).kept == keep


def test_marks_and_earlier_merges_follow_the_kept_person(county, office, keep, drop):
    third, fourth = (factories.person(county, name="某人", born_on=BORN) for _ in range(2))
    actions.mark_distinct(one=third, other=drop, by=office)
    actions.mark_distinct(one=third, other=keep, by=office)
    earlier = merge(drop, fourth, office)

    merge(keep, drop, office)

    earlier.refresh_from_db()
    assert earlier.kept == keep
    assert [(pair.first, pair.second) for pair in DistinctPair.objects.all()] == [(keep, third)]
    assert MergedPerson.objects.count() == 2


def test_people_who_are_not_alike_need_no_mark(county, office, keep):
    with pytest.raises(RuleViolation) as caught:
        actions.mark_distinct(one=keep, other=factories.person(county), by=office)

    assert [finding.code for finding in caught.value.findings] == ["not_alike"]


def test_refused_merge_changes_nothing(county, office, keep, drop):
    membership = factories.membership(county, person=drop)
    term = factories.term(county)
    factories.seat(term, person=keep)
    factories.seat(term, person=drop, constituency=Constituency.GRASSROOTS)

    assert refusal(keep, drop, office) == ["seats_overlap"]
    membership.refresh_from_db()
    assert (membership.person, membership.version) == (drop, 1)
    assert (Membership.objects.count(), MergedPerson.objects.count()) == (1, 0)
