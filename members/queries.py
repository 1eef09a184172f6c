"""Who sits in a council on a day, and which sessions put them there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from associations.enums import Body, Constituency, Employment, Post
from associations.models import Association
from portal.accounts.models import User
from portal.accounts.scope import under_any
from portal.records.reach import hide_unreached

from .enums import Entry
from .models import Appointment, MemberOrganisation, Membership, Person, Term
from .models.council import AppointmentQuerySet
from .seat_counts import SeatCount, seat_counts

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Occupant:
    """A person in a seat, as the composition of a council shows them."""

    appointment: int
    version: int
    post: Post
    name: str
    constituency: Constituency
    employment: Employment
    office_held: str
    starts_on: date
    entry: Entry


@dataclass(frozen=True, kw_only=True)
class PostSeats:
    """One post of a council on a day; `occupants` is empty for readers who may not see people."""

    post: Post
    count: int
    occupants: tuple[Occupant, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConstituencyRow:
    """The persons of each body who speak for one constituency; who speaks for two is in both rows."""

    constituency: Constituency
    congress: int
    council: int
    standing: int


def term_on(association: Association, *, on: date) -> Term | None:
    """Return the term that sits on the day."""
    return association.terms.in_force(on=on).first()


def latest_term(association: Association) -> Term | None:
    """Return the newest term on record."""
    return association.terms.order_by("-number").first()


def next_term_number(association: Association) -> int | None:
    """Return the number of the next term; None while no term is on record."""
    latest = latest_term(association)
    return latest.number + 1 if latest else None


def holders_count(term: Term) -> int:
    """Count the persons whose seats in a term have no end on record."""
    return term.appointments.filter(ends_on__isnull=True).values("person").distinct().count()


def load_appointment(user: User, association: Association, key: int) -> Appointment | None:
    """Return an appointment of the association's council; foreign and unknown keys look the same."""
    mine = Appointment.objects.visible_to(user).filter(term__association=association, pk=key)
    return mine.select_related("person", "term__association").first()


def headcounts(association: Association, *, on: date) -> tuple[PostSeats, ...]:
    """Count the seats of every post that anybody holds on the day, without names."""
    held = _held(association, on=on).order_by().values_list("post").annotate(seats=Count("pk"))
    counts = dict(held)
    return tuple(PostSeats(post=post, count=counts[post]) for post in Post if post in counts)


def composition(association: Association, *, on: date, by: User) -> tuple[PostSeats, ...]:
    """List who holds every post on the day, by name; for readers with permission to see people.

    Whose own record lies beyond the reader's reach is not named.
    """
    occupants: dict[Post, list[Occupant]] = {}
    held = list(_held(association, on=on).select_related("person__association").order_by("starts_on", "pk"))
    hide_unreached(held, user=by)
    for seat in held:
        occupants.setdefault(Post(seat.post), []).append(_occupant(seat))
    return tuple(
        PostSeats(post=post, count=len(occupants[post]), occupants=tuple(occupants[post]))
        for post in Post
        if post in occupants
    )


def _held(association: Association, *, on: date) -> AppointmentQuerySet:
    return Appointment.objects.scoped().filter(term__association=association).in_office(on=on)


def _occupant(seat: Appointment) -> Occupant:
    return Occupant(
        appointment=seat.pk,
        version=seat.version,
        post=Post(seat.post),
        name=str(seat.person.name),
        constituency=Constituency(seat.constituency),
        employment=Employment(seat.employment),
        office_held=seat.office_held,
        starts_on=seat.starts_on,
        entry=Entry(seat.entry),
    )


def constituency_rows(association: Association, *, on: date) -> tuple[ConstituencyRow, ...]:
    """Count the persons of each body by whom they speak for; constituencies without anybody are left out."""
    counts = seat_counts([association.pk], on=on)
    bodies = {body: counts.get((association.pk, body), SeatCount()) for body in Body}
    rows = (
        ConstituencyRow(
            constituency=constituency,
            **{body.value: count.counted([constituency]) for body, count in bodies.items()},
        )
        for constituency in Constituency
    )
    return tuple(row for row in rows if row.congress or row.council or row.standing)


def people_named(user: User, *, text: str, limit: int = 10) -> list[Person]:
    """Find people in the user's reach by the beginning of their name or its pinyin initials."""
    text = text.strip()
    if not text or not text.isprintable():
        return []
    found = Person.objects.visible_to(user).filter(named(text)).select_related("association")
    return list(found.order_by("name_key", "pk")[:limit])


def named(text: str, *, of: str = "") -> Q:
    """Match the beginning of a person's name, or of its pinyin initials; `of` leads to the person."""
    by_name = Q(**{f"{of}name__startswith": text})
    return by_name | Q(**{f"{of}name_key__startswith": text.lower()}) if text.isascii() else by_name


def named_in_reach(text: str, *, user: User, of: str) -> Q:
    """Match rows by a person whom the user reaches: others are neither told nor found by their name."""
    return named(text, of=of) & in_reach(user, Person, of=of)


def in_reach(user: User, model: type[Person] | type[MemberOrganisation], *, of: str) -> Q:
    """Match rows whose related record, to which `of` leads, the user sees."""
    rows = model.objects.all()
    return under_any(f"{of}{rows.scope_path}", user.scope.prefixes_for(rows.view_permission))


def members_named(text: str, *, user: User) -> QuerySet[Membership, tuple[int]]:
    """Return the keys of memberships of people `named` so and of organisations whose name contains the text.

    Of all members whom the user reaches: the caller narrows them to rows that the user sees.
    """
    memberships = Membership.objects.scoped().order_by()
    people = memberships.filter(named_in_reach(text, user=user, of="person__"))
    organisations = memberships.filter(
        in_reach(user, MemberOrganisation, of="organisation__"), organisation__name__contains=text
    )
    # One after the other: an OR of both would have no index to follow.
    return people.values_list("pk").union(organisations.values_list("pk"), all=True)


def people_by_key(user: User, keys: Iterable[int]) -> dict[int, Person]:
    """Load people in the user's reach; keys out of reach are missing from the reply, as unknown ones are."""
    return Person.objects.visible_to(user).select_related("association").in_bulk(list(keys))
