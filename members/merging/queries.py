"""Groups of records that look as if they were of one person, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q

from members.likeness import KEYS, Likeness, likeness
from members.models import DistinctPair, MergedPerson, Person
from members.models.person import PersonQuerySet
from portal.accounts.models import User

SHOWN_OF_A_GROUP = 20
# Pairs of a group that are alike, and which of those that somebody told apart count among them: a pair whose
# numbers are both known and differ is neither.
PAIRS = {
    Likeness.NUMBER: ("found.count * (found.count - 1) / 2", "true"),
    Likeness.NAME: (
        "(found.count * (found.count - 1) - found.numbered * (found.numbered - 1)) / 2",
        "one.id_number_hash IS NULL OR other.id_number_hash IS NULL",
    ),
}
# Candidates are read off an index, in its order and no further than the page needs; of them alone the rows.
GROUPS = """
    SELECT found.keys[:%s], found.count
    FROM (
        SELECT {key} FROM ({keyed}) AS person WHERE {beyond}
        GROUP BY {key} HAVING count(*) > 1 ORDER BY {order}
    ) AS candidate
    CROSS JOIN LATERAL (
        SELECT array_agg(person.id ORDER BY person.id) AS keys, count(*) AS count,
               count(person.id_number_hash) AS numbered
        FROM ({people}) AS person WHERE {same}
    ) AS found
    WHERE {alike} > (
        SELECT count(*) FROM members_distinctpair AS pair
        JOIN members_person AS one ON one.id = pair.first_id
        JOIN members_person AS other ON other.id = pair.second_id
        WHERE pair.first_id = ANY (found.keys) AND pair.second_id = ANY (found.keys) AND ({counts})
    )
    ORDER BY {order}
    LIMIT %s
"""
BEYOND = "({key}) {side} (SELECT {key} FROM members_person WHERE id = %s)"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One record of a group, with another one of it that it is alike and was not told apart from."""

    person: Person
    partner: Person | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """Records with the same key; `count` is of all, `members` are the first of them."""

    members: tuple[Member, ...]
    count: int

    @property
    def key(self) -> int:
        return self.members[0].person.pk

    @property
    def hidden_count(self) -> int:
        return self.count - len(self.members)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Groups in the order of their keys, and the records that name the pages beside this one, or nothing."""

    groups: tuple[Group, ...]
    before: int | None
    after: int | None


def duplicate_groups(
    people: PersonQuerySet, *, by: Likeness, edge: int | None = None, is_backwards: bool = False, size: int
) -> Page:
    """Find the groups among people whom the caller scoped; `edge` is a record of the group to begin behind.

    Shape: one statement for the groups, one each for their people and their marks.
    """
    found = _found(people, by=by, edge=edge, is_backwards=is_backwards, limit=size + 1)
    has_more, found = len(found) > size, found[:size]
    if is_backwards:
        found.reverse()
    groups = _filled(found)
    has_before = has_more if is_backwards else edge is not None
    has_after = is_backwards or has_more
    return Page(
        groups=groups,
        before=groups[0].key if groups and has_before else None,
        after=groups[-1].key if groups and has_after else None,
    )


def _found(
    people: PersonQuerySet, *, by: Likeness, edge: int | None, is_backwards: bool, limit: int
) -> list[tuple[list[int], int]]:
    alike, counts = PAIRS[by]
    key = KEYS[by]
    rows = people.filter(**{f"{name}__isnull": False for name in key}).order_by()
    try:
        keyed, parameters = rows.values(*key).query.sql_with_params()
    except EmptyResultSet:  # nobody's reach
        return []
    whole, _ = rows.values("id", "name", "born_on", "id_number_hash").query.sql_with_params()
    columns = ", ".join(key)
    statement = GROUPS.format(
        keyed=keyed,
        people=whole,
        beyond=BEYOND.format(key=columns, side="<" if is_backwards else ">") if edge else "true",
        key=columns,
        same=" AND ".join(f"person.{name} = candidate.{name}" for name in key),
        alike=alike,
        counts=counts,
        order=", ".join(f"{name} DESC" if is_backwards else name for name in key),
    )
    edges = [edge] if edge else []
    with connection.cursor() as cursor:
        cursor.execute(statement, [SHOWN_OF_A_GROUP, *parameters, *edges, *parameters, limit])
        return [(keys, count) for keys, count in cursor]


def _filled(found: Sequence[tuple[list[int], int]]) -> tuple[Group, ...]:
    keys = [key for group, _ in found for key in group]
    people = Person.objects.scoped().select_related("association").in_bulk(keys)
    marked = distinct_among(keys)
    return tuple(
        Group(members=_members([people[key] for key in group if key in people], marked), count=count)
        for group, count in found
    )


def _members(people: Sequence[Person], marked: set[frozenset[int]]) -> tuple[Member, ...]:
    def partner(person: Person) -> Person | None:
        return next(
            (
                other
                for other in people
                if other is not person
                and likeness(person.traits, other.traits)
                and frozenset((person.pk, other.pk)) not in marked
            ),
            None,
        )

    return tuple(Member(person=person, partner=partner(person)) for person in people)


def distinct_among(keys: Sequence[int]) -> set[frozenset[int]]:
    """Return the pairs among people, loaded in scope, that were found to be different people."""
    pairs = DistinctPair.objects.scoped().filter(first__in=keys, second__in=keys)
    return {frozenset(pair) for pair in pairs.values_list("first_id", "second_id")}


def distinct_from(person: Person) -> set[int]:
    """Return the keys of the people whom somebody found to be others than this one."""
    if person.pk is None:
        return set()
    pairs = DistinctPair.objects.scoped().filter(Q(first=person) | Q(second=person))
    return {key for pair in pairs.values_list("first_id", "second_id") for key in pair} - {person.pk}


def merged_person(user: User, old_key: int) -> MergedPerson | None:
    """Return what became of a record that was merged into one which the user may see."""
    mine = MergedPerson.objects.visible_to(user).filter(old_key=old_key)
    return mine.select_related("kept__association", "merged_by__association").first()
