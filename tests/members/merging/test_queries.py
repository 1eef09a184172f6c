from datetime import date
from itertools import combinations
from random import Random

import pytest

from members.identity import duplicates_of
from members.likeness import Likeness
from members.merging.queries import duplicate_groups
from members.models import DistinctPair, Person
from tests import factories

BORN = date(1970, 1, 1)


def keyed(place, number=None, **values):
    """A person whose sealed number nobody opens here."""
    sealed = b"sealed" if number else None
    return factories.person(place, id_number_hash=number, id_number_sealed=sealed, **values)


def groups(people, by=Likeness.NAME, **values):
    page = duplicate_groups(people, by=by, size=50, **values)
    return [[member.person for member in group.members] for group in page.groups]


def pairs_of(people):
    """All open pairs that the two lists show."""
    found = set()
    for by in Likeness:
        for group in duplicate_groups(people, by=by, size=500).groups:
            members = [each.person for each in group.members]
            assert any(each.partner for each in group.members)
            found |= {frozenset((each.person.pk, each.partner.pk)) for each in group.members if each.partner}
            assert len(members) == group.count
    return found


def test_same_name_and_birth_is_a_group_and_two_known_numbers_are_not(county, office):
    one = keyed(county, name="甲", born_on=BORN)
    other = keyed(county, "a", name="甲", born_on=BORN)
    keyed(county, "b", name="乙", born_on=BORN)
    keyed(county, "c", name="乙", born_on=BORN)
    factories.person(county, name="丙")
    factories.person(county, name="丙")

    assert groups(Person.objects.visible_to(office)) == [[one, other]]


def test_same_number_is_a_group_whatever_the_name(city, county, other_county, verifier):
    one, other = keyed(county, "a", name="甲"), keyed(other_county, "a", name="乙")

    people = Person.objects.visible_to(verifier)
    assert groups(people, Likeness.NUMBER) == [[one, other]]
    assert groups(people) == []
    assert groups(people.under("360102"), Likeness.NUMBER) == []


def test_neighbour_is_no_part_of_a_group(county, other_county, office):
    keyed(county, name="甲", born_on=BORN)
    keyed(other_county, name="甲", born_on=BORN)

    assert groups(Person.objects.visible_to(office)) == []


def test_group_goes_when_all_its_pairs_are_told_apart(county, office):
    one, other, third = (keyed(county, name="甲", born_on=BORN) for _ in range(3))

    def told_apart(first, second):
        DistinctPair.objects.create(first=first, second=second, marked_by=office)
        page = duplicate_groups(Person.objects.visible_to(office), by=Likeness.NAME, size=50)
        return [[member.partner for member in group.members] for group in page.groups]

    assert told_apart(one, other) == [[third, third, one]]
    assert told_apart(one, third) == [[None, third, other]]
    assert told_apart(other, third) == []
    # Numbers that came later made the pair differ: it counts on neither side.
    Person.objects.filter(pk=one.pk).update(id_number_hash="a", id_number_sealed=b"x")
    Person.objects.filter(pk=other.pk).update(id_number_hash="b", id_number_sealed=b"x")
    assert groups(Person.objects.visible_to(office)) == []
    DistinctPair.objects.filter(first=one, second=third).delete()
    assert groups(Person.objects.visible_to(office)) == [[one, other, third]]


@pytest.mark.parametrize("by", Likeness)
def test_pages_by_key_show_every_group_once_in_both_directions(city, county, verifier, by):
    for number in range(5):
        for place in (city, county):
            keyed(place, f"n{number}" if by == Likeness.NUMBER else None, name=f"人{number}", born_on=BORN)
    people = Person.objects.visible_to(verifier)
    seen, backwards, edge = [], [], None

    while True:
        page = duplicate_groups(people, by=by, edge=edge, size=2)
        seen.append([group.key for group in page.groups])
        if page.after is None:
            break
        edge = page.after
    edge = page.before
    while edge is not None:
        page = duplicate_groups(people, by=by, edge=edge, is_backwards=True, size=2)
        backwards.insert(0, [group.key for group in page.groups])
        edge = page.before

    assert [len(keys) for keys in seen] == [2, 2, 1]
    assert len({key for keys in seen for key in keys}) == 5
    assert backwards == seen[:-1]


def test_lists_and_the_search_for_one_person_agree(county, verifier):
    random = Random(7)
    for _ in range(60):
        keyed(
            county,
            number=None,
            name=random.choice("甲乙丙"),
            born_on=random.choice([None, BORN, date(1980, 1, 1)]),
        )
    # Of one reach, and each a county: within one of them a number stands once.
    for place in [factories.association(f"3601{number}") for number in range(10, 19)]:
        for number in random.sample("abcdef", 3):
            keyed(place, number, name=random.choice("甲乙丙"), born_on=random.choice([None, BORN]))
    people = list(Person.objects.visible_to(verifier))
    for one, other in random.sample(list(combinations(people, 2)), 300):
        first, second = sorted((one, other), key=lambda each: each.pk)
        DistinctPair.objects.create(first=first, second=second, marked_by=verifier)

    alike = {each.pk: {other.pk for other in duplicates_of(each, user=verifier)} for each in people}
    listed = set()
    for by in Likeness:
        for group in duplicate_groups(Person.objects.visible_to(verifier), by=by, size=500).groups:
            shown = {each.person.pk for each in group.members}
            for member in group.members:
                if group.hidden_count == 0:
                    assert (member.partner is not None) == bool(alike[member.person.pk] & shown)
            listed |= {each.person.pk for each in group.members if each.partner}
    hidden = {key for key, others in alike.items() if others} - listed

    assert listed
    # Of a group the first twenty are shown.
    assert all(alike[key] for key in listed)
    assert not hidden or any(
        group.hidden_count
        for group in duplicate_groups(Person.objects.visible_to(verifier), by=Likeness.NAME, size=500).groups
    )


def test_statements_are_three_for_any_number_of_groups(county, office, django_assert_num_queries):
    for number in range(3):
        for _ in range(2):
            keyed(county, name=f"人{number}", born_on=BORN)
    people = Person.objects.visible_to(office)
    office.scope  # noqa: B018 - read once a request

    with django_assert_num_queries(3):
        assert len(groups(people)) == 3


def test_nobody_has_no_groups(county, outsider):
    assert groups(Person.objects.visible_to(outsider)) == groups(Person.objects.none()) == []
