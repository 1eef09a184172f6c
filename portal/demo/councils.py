"""Two terms of councils and delegates, with the changes between congresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from associations.enums import Body, Constituency, Employment, Level, Post
from associations.models import Association
from members.enums import Entry, Exit
from members.models import Appointment, Person, Session, Term
from portal.lib.dates import add_years
from portal.lib.pinyin import initials

from .names import invent

LEADING_POSTS = (
    (Post.PRESIDENT, "政府分管领导"),
    (Post.FIRST_VICE_PRESIDENT, "卫生健康委主任"),
    (Post.EXECUTIVE_VICE_PRESIDENT, "卫生健康委副主任"),
    (Post.FULL_TIME_VICE_PRESIDENT, ""),
    (Post.SECRETARY_GENERAL, ""),
)
OTHERS = (
    Constituency.ADMINISTRATION,
    Constituency.EXPERT,
    Constituency.PROFESSION,
    Constituency.MASS_ORGANISATION,
    Constituency.ENTERPRISE,
    Constituency.OTHER,
)
YEARS = 5
FIRST_CONGRESS = date(2016, 3, 1)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How many sit in each body beside the leaders, and how many of them speak for the grass roots."""

    delegates: int
    delegates_grassroots: int
    standing: int
    standing_grassroots: int
    council: int
    council_grassroots: int
    grassroots: Constituency = Constituency.GRASSROOTS


@dataclass(kw_only=True)
class Rows:
    """What is to be written, in the order of its references."""

    people: list[Person] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)

    def save(self) -> None:
        for model, rows in (
            (Person, self.people),
            (Term, self.terms),
            (Session, self.sessions),
            (Appointment, self.appointments),
        ):
            model.objects.bulk_create(rows, batch_size=2000)


def shape_for(level: Level, random: Random) -> Shape:
    """Draw a shape that is about as often a little short of Jiangxi's quotas as it meets them."""
    size = {Level.PROVINCE: 3, Level.CITY: 2, Level.COUNTY: 1}.get(level, 0)
    if not size:
        council = random.randrange(8, 15)
        return Shape(
            delegates=0,
            delegates_grassroots=0,
            standing=0,
            standing_grassroots=0,
            council=council,
            council_grassroots=council * random.randrange(40, 90) // 100,
        )
    delegates, standing, council = 80 + 40 * size, 8 + 4 * size, 20 + 8 * size
    return Shape(
        delegates=delegates,
        delegates_grassroots=delegates * random.randrange(37, 52) // 100,
        standing=standing,
        standing_grassroots=standing * random.randrange(28, 55) // 100,
        council=council,
        council_grassroots=council * random.randrange(34, 60) // 100,
    )


class CouncilMaker:
    """Invents the councils of one association after another and keeps the rows until they are saved."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.rows = Rows()

    def make(
        self, association: Association, *, shape: Shape, terms: Sequence[tuple[int, date, date | None]]
    ) -> None:
        """Add the terms `(number, first day, last day)` of an association, each with congress and council."""
        for number, starts_on, ends_on in terms:
            term = Term(
                association=association,
                number=number,
                congress_on=starts_on,
                starts_on=starts_on,
                ends_on=ends_on,
            )
            self.rows.terms.append(term)
            congress = self.session(term, Body.CONGRESS, 1, starts_on)
            council = self.session(term, Body.COUNCIL, 1, starts_on)
            self.session(term, Body.STANDING, 1, starts_on)
            for post, constituency, office in seats(shape, self.random):
                decided = congress if post == Post.DELEGATE else council
                self.appoint(term, post, constituency, decided, office=office)

    def session(self, term: Term, body: Body, number: int, on: date) -> Session:
        session = Session(term=term, body=body, number=number, starts_on=on, ends_on=on, place="会议中心")
        self.rows.sessions.append(session)
        return session

    def appoint(
        self,
        term: Term,
        post: Post,
        constituency: Constituency,
        session: Session,
        *,
        office: str = "",
        entry: Entry = Entry.ELECTED,
    ) -> Appointment:
        """Invent a person and seat them from the session's day to the end of the term."""
        association = term.association
        invented = invent(self.random, place=association.short_name, constituency=constituency)
        person = Person(association=association, name_key=initials(invented.name), **vars(invented))
        appointment = Appointment(
            term=term,
            person=person,
            post=post,
            starts_on=session.starts_on,
            ends_on=term.ends_on,
            constituency=constituency,
            employment=Employment.FULL_TIME
            if post == Post.FULL_TIME_VICE_PRESIDENT
            else Employment.PART_TIME,
            office_held=office,
            entry=entry,
            exit=Exit.RE_ELECTION if term.ends_on else "",
            entered_in=session,
        )
        self.rows.people.append(person)
        self.rows.appointments.append(appointment)
        return appointment

    def second_session(
        self, term: Term, *, on: date, leaving: int, entering: Sequence[tuple[Post, Constituency]]
    ) -> None:
        """Hold a second council session: the last `leaving` council members go, others come."""
        self.session(term, Body.STANDING, 2, on)
        session = self.session(term, Body.COUNCIL, 2, on)
        members = [
            seat for seat in self.rows.appointments if seat.term is term and seat.post == Post.COUNCIL_MEMBER
        ]
        for seat in members[-leaving:]:
            seat.ends_on = on - timedelta(days=1)
            seat.exit = Exit.ADJUSTED
            seat.left_in = session
        for post, constituency in entering:
            self.appoint(term, post, constituency, session, entry=Entry.CO_OPTED)


def seats(shape: Shape, random: Random) -> Iterator[tuple[Post, Constituency, str]]:
    """List the seats of a shape: leaders, standing members, council members, delegates."""
    if shape.standing:
        for post, office in LEADING_POSTS:
            yield post, Constituency.ADMINISTRATION, office
    else:
        yield Post.PRESIDENT, Constituency.ADMINISTRATION, "主要领导"
    for post, total, grassroots in (
        (Post.STANDING_MEMBER, shape.standing, shape.standing_grassroots),
        (Post.COUNCIL_MEMBER, shape.council, shape.council_grassroots),
        (Post.DELEGATE, shape.delegates, shape.delegates_grassroots),
    ):
        for number in range(total):
            yield post, shape.grassroots if number < grassroots else random.choice(OTHERS), ""


def draw_terms(level: Level, random: Random) -> list[tuple[int, date, date | None]]:
    """Draw one or two terms: most re-elected on time, some late, a few long overdue."""
    number = random.randrange(2, 6)
    first = FIRST_CONGRESS + timedelta(days=random.randrange(500))
    if level > Level.COUNTY:
        return [(number, add_years(first, 7), None)]
    if random.randrange(100) < 12:
        return [(number, add_years(first, 3), None)]
    second = add_years(first, YEARS) + timedelta(days=random.choice((-20, 0, 30, 120, 300)))
    return [(number, first, second - timedelta(days=1)), (number + 1, second, None)]
