"""Who sits in each body, counted in one statement for any number of associations."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from associations.enums import BODIES_OF_POST, Body, Constituency, Post

from .models import Appointment

SITS = [(post.value, body.value) for post, bodies in BODIES_OF_POST.items() for body in bodies]

# A person counts once in a body however many posts seat them there, for all that they speak for.
COUNT_SEATS = """
    WITH seat AS (
        SELECT * FROM ({seats}) AS held (association_id, person_id, post, constituency)
        UNION ALL
        SELECT %s::bigint, -entering.nr, entering.post, entering.constituency
        FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS entering (post, constituency, nr)
    ), sits AS (
        SELECT * FROM unnest(%s::text[], %s::text[]) AS sits (post, body)
    ), member AS (
        SELECT association_id, body, person_id, array_agg(DISTINCT constituency) AS constituencies
        FROM seat JOIN sits USING (post)
        GROUP BY association_id, body, person_id
    )
    SELECT association_id, body, constituencies, count(*)
    FROM member
    GROUP BY association_id, body, constituencies
"""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A seat that a change would fill."""

    post: Post
    constituency: Constituency


@dataclass(frozen=True, kw_only=True)
class SeatGroup:
    """Persons of one body who speak for the same constituencies."""

    constituencies: frozenset[str]
    persons: int


class SeatCount:
    """The persons of one body by whom they speak for."""

    def __init__(self, groups: Iterable[SeatGroup] = ()) -> None:
        self.groups = tuple(groups)

    @property
    def total(self) -> int:
        return sum(group.persons for group in self.groups)

    def counted(self, constituencies: Iterable[str]) -> int:
        """Count the persons who speak for at least one of the constituencies."""
        wanted = frozenset(constituencies)
        return sum(group.persons for group in self.groups if group.constituencies & wanted)


def seat_counts(
    associations: Sequence[int],
    *,
    on: date,
    leave: Sequence[int] = (),
    enter: Sequence[Seat] = (),
) -> dict[tuple[int, Body], SeatCount]:
    """Count the seats of every body of the associations on a day.

    `leave` (appointments) and `enter` change the count as if they had happened; with `enter` exactly one
    association is asked for.
    Shape: a `SeatCount` for each (association, body) that has anybody.
    """
    if not associations:
        return {}
    held = Appointment.objects.scoped().in_office(on=on).filter(term__association__in=associations)
    seats, parameters = (
        held.exclude(pk__in=leave)
        .order_by()
        .values_list("term__association_id", "person_id", "post", "constituency")
        .query.sql_with_params()
    )
    groups: defaultdict[tuple[int, Body], list[SeatGroup]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT_SEATS.format(seats=seats),
            [
                *parameters,
                associations[0],
                [seat.post for seat in enter],
                [seat.constituency for seat in enter],
                [post for post, _ in SITS],
                [body for _, body in SITS],
            ],
        )
        for association, body, constituencies, persons in cursor:
            groups[association, Body(body)].append(
                SeatGroup(constituencies=frozenset(constituencies), persons=persons)
            )
    return {key: SeatCount(found) for key, found in groups.items()}
