"""The sessions of a term: what is on record of them, and what may be recorded next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count

from associations.enums import Body, Post
from associations.models import Association
from portal.accounts.models import User
from portal.lib.findings import Finding
from portal.records.reach import hide_unreached

from .models import Appointment, Session, Term
from .models.council import AppointmentQuerySet
from .rules import session_name
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
from .term_states import SittingTerm

ONE_DAY = timedelta(days=1)


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
class SessionRecord:
    """A session with those who entered and left by it; only their numbers for who may not see people.

    Agenda and resolutions name people too, and are then not loaded.
    """

    session: Session
    name: str
    entered: tuple[Appointment, ...]
    left: tuple[Appointment, ...]
    entry_count: int
    departure_count: int


def next_number(term: Term, body: Body) -> int:
    """Return the number that the next session of the body bears."""
    latest = term.sessions.filter(body=body).order_by("-number").first()
    return latest.number + 1 if latest else 1


def sessions_of(term: SittingTerm, *, on: date) -> tuple[SessionLine, ...]:
    """List the sessions of the sitting term that began by the day, newest first; none where no term sits."""
    if term.number is None:
        return ()
    sessions = (
        Session.objects.scoped()
        .filter(term=term.key, starts_on__lte=on)
        .annotate(
            entry_count=Count("entries", distinct=True), departure_count=Count("departures", distinct=True)
        )
        .order_by("-starts_on", "-pk")
    )
    return tuple(
        SessionLine(
            key=session.pk,
            name=name_of(session, term=term.number),
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


def passing_sessions(term: Term, *, on: date) -> list[tuple[int, str]]:
    """Name the standing sessions up to the day, newest first, that may have passed a co-option."""
    held = term.sessions.filter(body=Body.STANDING, starts_on__lte=on).order_by("-starts_on", "-pk")
    return [(session.pk, f"{name_of(session, term=term.number)}（{session.starts_on}）") for session in held]


def name_of(session: Session, *, term: int) -> str:
    """Name a session as documents do."""
    return session_name(
        term=term,
        body=Body(session.body),
        number=session.number,
        is_enlarged=session.is_enlarged,
    )


def load_session(association: Association, key: int, *, with_people: bool, by: User) -> SessionRecord | None:
    """Return a session of the association; foreign and unknown keys look the same."""
    sessions = Session.objects.under(association.code).select_related("term")
    if not with_people:
        sessions = sessions.defer("agenda", "resolutions")
    session = sessions.filter(term__association=association, pk=key).first()
    if session is None:
        return None
    entered = _named(session.entries.all(), by=by) if with_people else ()
    left = _named(session.departures.all(), by=by) if with_people else ()
    return SessionRecord(
        session=session,
        name=name_of(session, term=session.term.number),
        entered=entered,
        left=left,
        entry_count=len(entered) if with_people else session.entries.count(),
        departure_count=len(left) if with_people else session.departures.count(),
    )


def _named(seats: AppointmentQuerySet, *, by: User) -> tuple[Appointment, ...]:
    loaded = seats.select_related(
        "term__association",
        "person__association",
        "predecessor__term__association",
        "predecessor__person__association",
        "passed_in__term__association",
    )
    named = tuple(loaded.order_by("pk"))
    hide_unreached(named, user=by)
    return named


def name_planned(term: Term, facts: SessionFacts) -> str:
    """Name a session that is not on record yet."""
    return session_name(term=term.number, body=facts.body, number=facts.number, is_enlarged=facts.is_enlarged)


def held_seats(term: Term, *, by: User) -> dict[int, HeldSeat]:
    """Read every appointment of a term as the session rules need it, named as the user may know them."""
    seats = list(term.appointments.select_related("person__association"))
    hide_unreached(seats, user=by)
    return {
        seat.pk: HeldSeat(
            appointment=seat.pk,
            person=seat.person_id,
            name=str(seat.person.name),
            post=Post(seat.post),
            starts_on=seat.starts_on,
            ends_on=seat.ends_on,
        )
        for seat in seats
    }


def held_sessions(term: Term) -> list[HeldSession]:
    """Read the sessions of a term as the session rules need them."""
    columns = ("pk", "body", "number", "starts_on")
    return [
        HeldSession(key=key, body=Body(body), number=number, starts_on=starts_on)
        for key, body, number, starts_on in term.sessions.values_list(*columns)
    ]


def plan_findings(
    term: Term,
    *,
    facts: SessionFacts,
    leaving: Sequence[Departure] = (),
    entering: Sequence[Arrival] = (),
    by: User,
) -> list[Finding]:
    """Check a session that is to be recorded, with its departures and entries, against what is on record."""
    seats, held = held_seats(term, by=by), held_sessions(term)
    span = TermSpan(number=term.number, starts_on=term.starts_on, ends_on=term.ends_on)
    gone = [departure.appointment for departure in leaving]
    return [
        *session_findings(facts, term=span, held=held),
        *departure_findings(leaving, seats=seats, on=facts.starts_on),
        *arrival_findings(entering, seats=seats, leaving=gone, on=facts.starts_on),
        *decision_findings(facts, entering, held=held),
    ]
