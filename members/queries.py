"""Who sits in a council on a day, and which sessions put them there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max

from associations.enums import Body, Constituency, Employment, Post
from associations.models import Association
from portal.accounts.models import User
from portal.lib.findings import Finding

from .enums import Entry
from .models import Appointment, Person, Session, Term
from .models.council import AppointmentQuerySet
from .rules import session_name
from .seat_counts import SeatCount, seat_counts
from .session_rules import (
    Arrival,
    Departure,
    HeldSeat,
    HeldSession,
    SessionFacts,
    TermSpan,
    arrival_findings,
    decision_findings,
    departure_findings,
    session_findings,
)

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Occupant:
    """A person in a seat, as the composition of a council shows them."""

    appointment: int
    version: int
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
class SessionLine:
    """A session as the list of a term shows it; entries and departures are counted from the events."""

    key: int
    name: str
    body: Body
    starts_on: date
    ends_on: date
    place: str
    expected_count: int | None
    attended_count: int | None
    entries: int
    departures: int


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


def next_number(term: Term, body: Body) -> int:
    """Return the number that the next session of the body bears."""
    latest = term.sessions.filter(body=body).aggregate(latest=Max("number"))["latest"]
    return (latest or 0) + 1


def headcounts(association: Association, *, on: date) -> tuple[PostSeats, ...]:
    """Count the seats of every post that anybody holds on the day, without names."""
    held = _held(association, on=on).order_by().values_list("post").annotate(seats=Count("pk"))
    counts = dict(held)
    return tuple(PostSeats(post=post, count=counts[post]) for post in Post if post in counts)


def composition(association: Association, *, on: date) -> tuple[PostSeats, ...]:
    """List who holds every post on the day, by name; for readers with permission to see people."""
    occupants: dict[Post, list[Occupant]] = {}
    for seat in _held(association, on=on).select_related("person").order_by("starts_on", "pk"):
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
        name=seat.person.name,
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


def sessions_of(term: Term, *, on: date) -> tuple[SessionLine, ...]:
    """List the sessions of a term that began by the day, newest first."""
    sessions = (
        term.sessions.filter(starts_on__lte=on)
        .annotate(
            entry_count=Count("entries", distinct=True), departure_count=Count("departures", distinct=True)
        )
        .order_by("-starts_on", "-pk")
    )
    return tuple(
        SessionLine(
            key=session.pk,
            name=name_of(session, term=term),
            body=Body(session.body),
            starts_on=session.starts_on,
            ends_on=session.ends_on,
            place=session.place,
            expected_count=session.expected_count,
            attended_count=session.attended_count,
            entries=session.entry_count,
            departures=session.departure_count,
        )
        for session in sessions
    )


def name_of(session: Session, *, term: Term) -> str:
    """Name a session as documents do."""
    return session_name(
        term=term.number,
        body=Body(session.body),
        number=session.number,
        is_enlarged=session.is_enlarged,
    )


def held_seats(term: Term) -> dict[int, HeldSeat]:
    """Read every appointment of a term as the session rules need it."""
    columns = ("pk", "person_id", "person__name", "post", "starts_on", "ends_on")
    return {
        key: HeldSeat(
            appointment=key, person=person, name=name, post=Post(post), starts_on=starts_on, ends_on=ends_on
        )
        for key, person, name, post, starts_on, ends_on in term.appointments.values_list(*columns)
    }


def held_sessions(term: Term) -> list[HeldSession]:
    """Read the sessions of a term as the session rules need them."""
    columns = ("pk", "body", "number", "starts_on")
    return [
        HeldSession(key=key, body=Body(body), number=number, starts_on=starts_on)
        for key, body, number, starts_on in term.sessions.values_list(*columns)
    ]


def plan_findings(
    term: Term, *, facts: SessionFacts, leaving: Sequence[Departure] = (), entering: Sequence[Arrival] = ()
) -> list[Finding]:
    """Check a session that is to be recorded, with its departures and entries, against what is on record."""
    seats, held = held_seats(term), held_sessions(term)
    span = TermSpan(number=term.number, starts_on=term.starts_on, ends_on=term.ends_on)
    gone = [departure.appointment for departure in leaving]
    return [
        *session_findings(facts, term=span, held=held),
        *departure_findings(leaving, seats=seats, last_day=facts.starts_on - ONE_DAY),
        *arrival_findings(entering, seats=seats, leaving=gone, on=facts.starts_on),
        *decision_findings(facts, entering, held=held),
    ]


def people_found(user: User, *, text: str, limit: int = 10) -> list[Person]:
    """Find people in the user's reach by the beginning of their name or of its pinyin initials."""
    text = text.strip()
    if not text:
        return []
    reachable = Person.objects.visible_to(user).select_related("association")
    by_name = reachable.filter(name__startswith=text)
    matches = by_name | reachable.filter(name_key__startswith=text.lower()) if text.isascii() else by_name
    return list(matches.order_by("name_key", "pk")[:limit])


def people_by_key(user: User, keys: Iterable[int]) -> dict[int, Person]:
    """Load people in the user's reach; keys out of reach are missing from the reply, as unknown ones are."""
    return Person.objects.visible_to(user).select_related("association").in_bulk(list(keys))
