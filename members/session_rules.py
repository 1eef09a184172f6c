"""What a session may decide about the seats of its term: pure arithmetic on facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from associations.enums import Body, Constituency, Employment, Post
from portal.lib.dates import official_day
from portal.lib.findings import Finding, Severity

from .enums import Entry, Exit, Sex


@dataclass(frozen=True, kw_only=True)
class SessionFacts:
    """What the minutes say about a session itself."""

    body: Body
    number: int
    starts_on: date
    ends_on: date
    is_enlarged: bool = False
    place: str = ""
    agenda: str = ""
    expected_count: int | None = None
    attended_count: int | None = None
    resolutions: str = ""


@dataclass(frozen=True, kw_only=True)
class Departure:
    """An appointment that a session ends, and why."""

    appointment: int
    exit: Exit = Exit.LEFT


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """Somebody who is not on record yet."""

    name: str
    sex: Sex
    born_on: date | None = None
    workplace: str = ""
    title: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A seat that a session fills, with a person on record (by key) or a new one.

    `predecessor` is the appointment that the seat is taken over from, `passed_in` the standing session that
    passed a co-option before the council confirmed it.
    """

    post: Post
    constituency: Constituency
    person: int | None = None
    newcomer: NewPerson | None = None
    employment: Employment = Employment.PART_TIME
    office_held: str = ""
    predecessor: int | None = None
    passed_in: int | None = None


@dataclass(frozen=True, kw_only=True)
class TermSpan:
    """The days of the term that a session belongs to."""

    number: int
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class HeldSession:
    """A session that the term has on record."""

    key: int
    body: Body
    number: int
    starts_on: date


@dataclass(frozen=True, kw_only=True)
class HeldSeat:
    """An appointment of the term as it stands before the session."""

    appointment: int
    person: int
    name: str
    post: Post
    starts_on: date
    ends_on: date | None

    def reaches(self, day: date) -> bool:
        """Tell whether the seat is, or will be, held on the day or later."""
        return self.ends_on is None or day <= self.ends_on


def session_findings(facts: SessionFacts, *, term: TermSpan, held: Iterable[HeldSession]) -> list[Finding]:
    """Check a session's number and day against its term and the sessions on record."""
    same_body = [session for session in held if session.body == facts.body]
    following = max((session.number for session in same_body), default=0) + 1
    findings = []
    if any(session.number == facts.number for session in same_body):
        findings.append(
            _error("number_taken", f"该届{facts.body.label}第{facts.number}次会议已经登记", "number")
        )
    elif facts.number != following:
        message = f"应登记第{following}次会议，不能跳到第{facts.number}次"
        findings.append(_error("number_not_next", message, "number"))
    if facts.starts_on < term.starts_on or (term.ends_on and term.ends_on < facts.ends_on):
        end = official_day(term.ends_on) if term.ends_on else "今"
        message = f"会议日期须在第{term.number}届之内（{official_day(term.starts_on)}至{end}）"
        findings.append(_error("outside_term", message, "starts_on"))
    latest = max((session.starts_on for session in same_body), default=None)
    if latest and facts.starts_on < latest:
        message = f"会议日期不能早于上一次{facts.body.label}会议（{official_day(latest)}）"
        findings.append(_error("before_previous", message, "starts_on"))
    return findings


def departure_findings(
    leaving: Sequence[Departure], *, seats: Mapping[int, HeldSeat], on: date
) -> list[Finding]:
    """Check that whoever leaves was in office before `on`; appointments of other terms count as unknown."""
    findings = []
    seen: set[int] = set()
    for index, departure in enumerate(leaving):
        source = f"leaving-{index}"
        seat = seats.get(departure.appointment)
        if seat is None:
            findings.append(_error("unknown_appointment", "卸任名单中有不属于该届的任职", source))
        elif departure.appointment in seen:
            findings.append(_error("left_twice", f"{seat.name}（{seat.post.label}）在卸任名单中重复", source))
        elif seat.ends_on is not None or seat.starts_on >= on:
            message = f"{seat.name}（{seat.post.label}）在会议前一日不在任，或已登记卸任日期"
            findings.append(_error("not_in_office", message, source))
        seen.add(departure.appointment)
    return findings


def arrival_findings(
    entering: Sequence[Arrival], *, seats: Mapping[int, HeldSeat], leaving: Iterable[int], on: date
) -> list[Finding]:
    """Check the entries of a session against the seats that remain once `leaving` is gone."""
    gone = set(leaving)
    staying = [seat for key, seat in seats.items() if key not in gone and seat.reaches(on)]
    presidents = [seat.name for seat in staying if seat.post == Post.PRESIDENT]
    taken = {(seat.person, seat.post): seat.name for seat in staying}
    findings = []
    for index, arrival in enumerate(entering):
        source = f"entering-{index}"
        if (arrival.person is None) == (arrival.newcomer is None):
            findings.append(_error("no_person", "请选择一位已登记人员，或填写新人员，二者选一", source))
        if arrival.post == Post.PRESIDENT:
            if presidents:
                message = f"{presidents[0]}已任会长，同一天只能有一位会长；请先登记其卸任"
                findings.append(_error("second_president", message, source))
            presidents.append("本次另一人选")
        if arrival.person is not None:
            if name := taken.get((arrival.person, arrival.post)):
                findings.append(
                    _error("already_in_post", f"{name}已任{arrival.post.label}，不能重复任职", source)
                )
            taken[arrival.person, arrival.post] = "该人员"
        if arrival.predecessor is not None:
            findings += _predecessor_findings(
                arrival.predecessor, seats=seats, gone=gone, on=on, source=source
            )
    return findings


def _predecessor_findings(
    key: int, *, seats: Mapping[int, HeldSeat], gone: set[int], on: date, source: str
) -> list[Finding]:
    seat = seats.get(key)
    if seat is None:
        return [_error("unknown_appointment", "前任不是该届的任职", source)]
    if key not in gone and seat.reaches(on):
        return [_error("predecessor_stays", f"{seat.name}仍在任，不能作为前任；请同时登记其卸任", source)]
    return []


def decision_findings(
    facts: SessionFacts, entering: Sequence[Arrival], *, held: Sequence[HeldSession]
) -> list[Finding]:
    """Check that the body may decide the entries, and that a co-option was passed before it."""
    if not entering:
        return []
    if facts.body == Body.STANDING:
        message = "常务理事会只能通过增补人选，任职须由其后的理事会会议确认；请在理事会会议中登记任职"
        return [_error("not_deciding_body", message, "body")]
    known = {session.key: session for session in held}
    councils = [
        session.starts_on
        for session in held
        if session.body == Body.COUNCIL and session.number < facts.number
    ]
    earliest = max(councils, default=date.min)
    findings = []
    for index, arrival in enumerate(entering):
        if arrival.passed_in is None:
            continue
        passing = known.get(arrival.passed_in)
        if passing is None or passing.body != Body.STANDING or facts.body != Body.COUNCIL:
            message = "通过增补的会议须是该届的常务理事会会议，并由理事会会议确认"
            findings.append(_error("not_passed", message, f"entering-{index}"))
        elif not earliest <= passing.starts_on <= facts.starts_on:
            message = "通过增补的常务理事会会议须在上一次理事会会议之后、本次会议当日或之前"
            findings.append(_error("not_next_council", message, f"entering-{index}"))
    return findings


def entry_of(facts: SessionFacts, arrival: Arrival, *, moves: bool) -> Entry:
    """Tell how a seat is gained: elected by a congress or a council's first session, later co-opted.

    A seat taken over from a predecessor, or by a person who leaves another seat (`moves`), is an adjustment.
    """
    if facts.body == Body.CONGRESS or facts.number == 1:
        return Entry.ELECTED
    return Entry.ADJUSTED if moves or arrival.predecessor is not None else Entry.CO_OPTED


def _error(code: str, message: str, source: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, message=message, source=source)
