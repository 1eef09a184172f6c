"""A number stands once a county, whatever becomes of the person, the association and its code."""

from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from members import identity
from members.models import Person
from members.models.person import NUMBER_TAKEN
from members.person_actions import SAME_NUMBER, correct_person
from portal.lib.findings import RuleViolation
from portal.records.saving import save_record, update_rows
from tests import factories

from .test_identity import ON, number, numbered

MIGRATION = import_module("members.migrations.0008_number_once_a_county")


@pytest.fixture
def township(county):
    return factories.association("360102001")


@pytest.fixture
def other_township(other_county):
    return factories.association("360103001")


def counties():
    return list(Person.objects.order_by("pk").values_list("number_county", flat=True))


def recoded(place, code):
    """Move an association as the register does it: by SQL, which knows nothing of people."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE associations_association SET code = %s WHERE id = %s", [code, place.pk])


@pytest.mark.parametrize(
    ("code", "taken"),
    [
        ("360102", "360102"),
        ("360102001", "360102"),
        ("360102001002", "360102"),
        ("360102-0003", "360102"),
        ("3601", "3601"),
        ("3601-0003", "3601"),
        ("36", "36"),
    ],
)
def test_county_is_that_of_the_place(db, code, taken):
    place = factories.association(code)

    assert numbered(place).number_county is None  # as it was sent; the database knows better
    assert counties() == [taken]


def test_second_one_of_a_county_is_refused_without_a_name(county, township):
    numbered(county, name="登记者")
    second = factories.person(township)
    identity.set_id_number(second, number(), on=ON)

    with pytest.raises(RuleViolation) as refused:
        save_record(second)

    assert [(each.code, each.message) for each in refused.value.findings] == [("constraint", NUMBER_TAKEN)]


def test_other_county_and_the_city_above_know_nothing_of_each_other(city, county, other_county):
    for place in (city, county, other_county):
        numbered(place)

    assert counties() == ["3601", "360102", "360103"]


def test_number_goes_along_with_a_move_and_is_free_where_it_was(county, other_county):
    person = numbered(county)

    update_rows(Person.objects.filter(pk=person.pk), {"association": other_county})
    numbered(county)

    assert counties() == ["360103", "360102"]


def test_move_to_where_the_number_is_known_is_refused(county, other_county):
    person = numbered(county)
    numbered(other_county)

    with pytest.raises(RuleViolation) as refused:
        update_rows(Person.objects.filter(pk=person.pk), {"association": other_county})

    assert refused.value.findings[0].code == "constraint"


def test_cleared_number_frees_its_county(county, township):
    person = numbered(county)
    identity.clear_id_number(person)
    person.save()

    numbered(township)

    assert counties() == [None, "360102"]


def test_stale_instance_does_not_write_an_old_county_back(county, township):
    person = Person.objects.get(pk=numbered(township).pk)
    recoded(township, "360199001")

    person.title = "主任"
    person.save()

    assert counties() == ["360199"]


def test_recode_takes_numbers_along_without_a_version(township):
    numbered(township)
    events = Person.pgh_event_model.objects.count()

    recoded(township, "360199001")

    assert (counties(), Person.pgh_event_model.objects.count()) == (["360199"], events)


def test_recode_of_frozen_people_goes_through(township):
    person = numbered(township)
    Person.objects.filter(pk=person.pk).update(frozen_on=ON)

    recoded(township, "360199001")

    assert counties() == ["360199"]


@pytest.fixture
def twice(township, other_township):
    """Two of one number, each first of their county until the places came under one code."""
    pair = numbered(township, name="甲"), numbered(other_township, name="甲")
    recoded(other_township, "360102002")
    return pair


def test_recode_that_brings_two_together_leaves_the_second_without_a_county(twice):
    assert counties() == ["360102", None]


def test_one_of_two_can_be_corrected(twice, office):
    second = Person.objects.get(pk=twice[1].pk)
    second.title = "主任"

    correct_person(second, seen=second.version, by=office)

    assert (counties(), Person.objects.get(pk=second.pk).title) == (["360102", None], "主任")


def test_second_takes_the_county_once_it_is_free(twice):
    twice[0].delete()

    Person.objects.update(title="主任")

    assert counties() == ["360102"]


def test_third_one_is_still_refused(twice, county):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        numbered(county)

    assert refused.value.__cause__.diag.constraint_name == "person_number_once_a_county"


def test_action_refuses_a_number_of_the_reach_in_another_county(verifier, county, other_county):
    numbered(other_county)
    person = factories.person(county)
    identity.set_id_number(person, number(), on=ON)

    with pytest.raises(RuleViolation) as refused:
        correct_person(person, seen=1, by=verifier)

    assert [(each.code, each.message) for each in refused.value.findings] == [("same_number", SAME_NUMBER)]


def test_migration_takes_old_duplicates_as_they_are(county, township, other_county):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE members_person DISABLE TRIGGER USER")
        for place in (township, county, other_county):
            numbered(place)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE members_person ENABLE TRIGGER USER")
    before = counties()

    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.FIRST_OF_EACH)

    assert (before, counties()) == ([None, None, None], ["360102", None, "360103"])
