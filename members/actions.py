"""Writes of the councils: terms, sessions, who enters and leaves a seat. Each locks the term it changes."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F

from associations.models import Association
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import official_day
from portal.lib.findings import Finding, RuleViolation
from portal.lib.pinyin import initials
from portal.records.saving import refusal, save_record, save_version
from portal.records.subjects import lock_of

from .enums import Exit
from .models import Appointment, Person, Session, Term
from .session_queries import ONE_DAY, held_seats, held_sessions, plan_findings
from .session_rules import (
    Arrival,
    Departure,
    SessionFacts,
    arrival_findings,
    decision_findings,
    entry_of,
)
from .term_rules import KnownTerm, new_term_findings


@transaction.atomic
def open_term(*, association: Association, number: int, congress_on: date, by: User) -> Term:
    """Open a term on the day of its congress; the one before ends the day before, and all in it leave.

    Raises: RuleViolation.
    """
    _require_edit(by, association)
    Association.objects.scoped().select_for_update().get(pk=association.pk)
    known = list(association.terms.select_for_update().order_by("number"))
    _refuse_any(
        new_term_findings(
            number=number,
            congress_on=congress_on,
            known=[
                KnownTerm(number=each.number, starts_on=each.starts_on, ends_on=each.ends_on)
                for each in known
            ],
        )
    )
    if known and known[-1].ends_on is None:
        _close_term(known[-1], last_day=congress_on - ONE_DAY)
    term = Term(association=association, number=number, congress_on=congress_on, starts_on=congress_on)
    save_record(term)
    return term


def _close_term(term: Term, *, last_day: date) -> None:
    seats = term.appointments.all()
    if seats.filter(starts_on__gt=last_day).exists() or term.sessions.filter(ends_on__gt=last_day).exists():
        raise refusal(
            f"第{term.number}届有会议或任职登记在新一届大会当日或之后。请先核对大会日期；"
            "确是原登记有误的，请联系本平台管理员更正后再登记换届",
            code="previous_goes_on",
            field="congress_on",
        )
    # An end that was already on record, with its own reason, stays as it is unless the term ends earlier.
    seats.filter(ends_on__isnull=True).update(
        ends_on=last_day, exit=Exit.RE_ELECTION, version=F("version") + 1
    )
    seats.filter(ends_on__gt=last_day).update(
        ends_on=last_day, exit=Exit.RE_ELECTION, version=F("version") + 1
    )
    term.ends_on = last_day
    save_version(term, seen=term.version)


@transaction.atomic
def record_session(
    *,
    term: Term,
    facts: SessionFacts,
    leaving: Sequence[Departure] = (),
    entering: Sequence[Arrival] = (),
    by: User,
    seen: int,
) -> Session:
    """Record a session with everybody who leaves and enters by it, or nothing of it.

    Whoever leaves is in office until the day before; whoever enters is so from its first day. `seen` is the
    term's version that the figures were shown for.
    Raises: RuleViolation, with the code `stale` when the council changed since.
    """
    term = _locked(term, by=by)
    if term.version != seen:
        raise refusal("您填写期间，该届的会议或任职已被他人修改，请核对后重新提交", code="stale")
    _refuse_any(plan_findings(term, facts=facts, leaving=leaving, entering=entering, by=by))
    people = _people(entering, by=by)
    session = Session(term=term, **{name: getattr(facts, name) for name in SessionFacts.__dataclass_fields__})
    save_record(session)
    movers = {_leave(departure, session=session).person_id for departure in leaving}
    for arrival in entering:
        _enter(arrival, session=session, facts=facts, moves=arrival.person in movers, people=people)
    _touch(term)
    return session


@transaction.atomic
def add_entry(*, session: Session, arrival: Arrival, by: User) -> Appointment:
    """Fill one more seat by a session on record: an election by a congress, a co-option by a council.

    Raises: RuleViolation.
    """
    term = _locked(session.term, by=by)
    facts = _facts_of(session)
    earlier = [each for each in held_sessions(term) if each.key != session.pk]
    _refuse_any(
        [
            *arrival_findings([arrival], seats=held_seats(term, by=by), leaving=(), on=session.starts_on),
            *decision_findings(facts, [arrival], held=earlier),
        ]
    )
    people = _people([arrival], by=by)
    appointment = _enter(arrival, session=session, facts=facts, moves=False, people=people)
    _touch(term)
    return appointment


@transaction.atomic
def correct_seat(appointment: Appointment, *, seen: int, by: User) -> None:
    """Save what the caller corrected about the holder of a seat; the days and decisions stay as they are.

    Raises: RuleViolation, with the code `stale` when it was changed since version `seen`.
    """
    # Plans for a session rest on the figures of the term's version: they must look again.
    term = _locked(appointment.term, by=by)
    save_version(appointment, seen=seen)
    _touch(term)


@transaction.atomic
def leave_office(*, appointment: Appointment, ends_on: date, exit: Exit, by: User, seen: int) -> None:
    """End one appointment on a day of its own, as by death; `ends_on` is the last day in office.

    Raises: RuleViolation, with the code `stale` when it was changed since version `seen`.
    """
    term = _locked(appointment.term, by=by)
    current = term.appointments.select_for_update().get(pk=appointment.pk)
    if current.version == seen and current.ends_on is not None:
        raise refusal("该任职已登记卸任日期", code="not_in_office", field="ends_on")
    if ends_on < current.starts_on:
        message = f"卸任日期不能早于任职日期（{official_day(current.starts_on)}）"
        raise refusal(message, code="before_entry", field="ends_on")
    current.ends_on, current.exit = ends_on, exit
    save_version(current, seen=seen)
    _touch(term)


def _locked(term: Term, *, by: User) -> Term:
    # The caller loaded the term in scope; the lock is taken on that row alone.
    locked = (
        Term.objects.scoped().select_related("association").select_for_update(of=("self",)).get(pk=term.pk)
    )
    _require_edit(by, locked.association)
    return locked


def _touch(term: Term) -> None:
    # The term's version is the version of its council: it moves with every session and every seat.
    term.version += 1
    term.save(update_fields=["version"])


def _facts_of(session: Session) -> SessionFacts:
    return SessionFacts(**{name: getattr(session, name) for name in SessionFacts.__dataclass_fields__})


def _people(entering: Sequence[Arrival], *, by: User) -> dict[int, Person]:
    wanted = {arrival.person for arrival in entering if arrival.person is not None}
    people = Person.objects.visible_to(by).in_bulk(list(wanted))
    if wanted - people.keys():
        raise refusal("所选人员不存在，或不在您的管理范围内", code="unknown_person", field="entering")
    if any(lock_of(person) for person in people.values()):
        raise refusal("所选人员的个人信息已冻结或已删除，不能任职", code="locked", field="entering")
    return people


def _leave(departure: Departure, *, session: Session) -> Appointment:
    appointment = session.term.appointments.get(pk=departure.appointment)
    appointment.ends_on = session.starts_on - ONE_DAY
    appointment.exit = departure.exit
    appointment.left_in = session
    save_version(appointment, seen=appointment.version)
    return appointment


def _enter(
    arrival: Arrival, *, session: Session, facts: SessionFacts, moves: bool, people: dict[int, Person]
) -> Appointment:
    term = session.term
    appointment = Appointment(
        term=term,
        person=_person_of(arrival, association=term.association, people=people),
        post=arrival.post,
        starts_on=facts.starts_on,
        # A session of a term that has ended: whoever it seated left with the term.
        ends_on=term.ends_on,
        exit=Exit.RE_ELECTION if term.ends_on else "",
        constituency=arrival.constituency,
        employment=arrival.employment,
        office_held=arrival.office_held,
        entry=entry_of(facts, arrival, moves=moves),
        passed_in_id=arrival.passed_in,
        entered_in=session,
        predecessor_id=arrival.predecessor,
    )
    save_record(appointment)
    return appointment


def _person_of(arrival: Arrival, *, association: Association, people: dict[int, Person]) -> Person:
    newcomer = arrival.newcomer
    if arrival.person is not None:
        return people[arrival.person]
    if newcomer is None:
        raise ValueError("an arrival without a person passed its rules")
    person = Person(
        association=association,
        name=newcomer.name,
        name_key=initials(newcomer.name),
        sex=newcomer.sex,
        born_on=newcomer.born_on,
        workplace=newcomer.workplace,
        title=newcomer.title,
        phone=newcomer.phone,
    )
    save_record(person)
    return person


def _require_edit(by: User, association: Association) -> None:
    if not by.scope.covers(Permission.EDIT_RECORDS, association.code):
        raise refusal("您不能编辑该协会的档案", code="forbidden")


def _refuse_any(findings: Sequence[Finding]) -> None:
    if findings:
        raise RuleViolation(findings)
