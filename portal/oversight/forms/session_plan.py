"""A session as a clerk plans it over three steps: the facts, the changes, the review."""

from functools import cached_property
from re import fullmatch

from django.http import QueryDict

from associations.enums import Body, Constituency, Post
from associations.models import Association
from members.former_seats import former_seats
from members.models import Term
from members.person_search import PeopleFound, people_found
from members.queries import Occupant, PostSeats, composition, people_by_key
from members.seat_counts import Seat
from members.session_queries import ONE_DAY, next_number, passing_sessions, plan_findings
from members.session_rules import Arrival, Departure, SessionFacts
from portal.accounts.models import User
from portal.lib.findings import RuleViolation
from portal.records.forms import show_findings

from .council import AgainForm, LeavingForm
from .session import FEWEST_ROWS, MOST_ROWS, EntryForm, FactsForm, ReviewForm


class SessionPlan:
    """The forms of all steps over what was posted so far; every step checks those before it anew."""

    def __init__(self, posted: QueryDict, *, association: Association, term: Term, user: User) -> None:
        self.posted = posted
        self.association = association
        self.term = term
        self.user = user

    @cached_property
    def facts_form(self) -> FactsForm:
        if "facts-seen" not in self.posted:
            return FactsForm(initial=self._first_facts() | {"seen": self.term.version})
        form = FactsForm(self.posted)
        if form.is_valid() and (findings := plan_findings(self.term, facts=form.facts(), by=self.user)):
            show_findings(form, RuleViolation(findings))
        return form

    def _first_facts(self) -> dict[str, object]:
        # A term begins with its congress; what follows is most often a session of the council.
        if not self.term.sessions.exists():
            return {"body": Body.CONGRESS, "number": 1, "starts_on": self.term.congress_on}
        return {"body": Body.COUNCIL, "number": next_number(self.term, Body.COUNCIL)}

    @property
    def facts(self) -> SessionFacts:
        return self.facts_form.facts()

    @property
    def seen(self) -> int:
        return self.facts_form.cleaned_data["seen"]

    @cached_property
    def seats(self) -> tuple[PostSeats, ...]:
        """Those in office on the day before the session, who can leave by it; a new term has nobody yet."""
        if self.facts.starts_on <= self.term.starts_on:
            return ()
        return composition(self.association, on=self.facts.starts_on - ONE_DAY, by=self.user)

    @cached_property
    def leaving_form(self) -> LeavingForm:
        return LeavingForm(self.posted, seats=self.seats)

    @cached_property
    def again_form(self) -> AgainForm:
        """Those of the term before, whom a body's first session that elects may elect again."""
        elects = self.facts.body != Body.STANDING and self.facts.number == 1
        return AgainForm(self.posted, seats=former_seats(self.term, by=self.user) if elects else ())

    @cached_property
    def rows(self) -> list[EntryForm]:
        asked = self.posted.get("rows", "")
        count = int(asked) if fullmatch(r"[0-9]{1,3}", asked) else FEWEST_ROWS
        count += FEWEST_ROWS if self.posted.get("go") == "more" else 0
        rows = [self._row(f"entering-{number}") for number in range(min(max(count, FEWEST_ROWS), MOST_ROWS))]
        self._name_people(rows)
        return rows

    def _row(self, prefix: str) -> EntryForm:
        # A row that was not on the posted page is unbound, so that its preset choices are shown.
        is_posted = f"{prefix}-post" in self.posted
        return EntryForm(self.posted if is_posted else None, prefix=prefix, empty_permitted=True)

    def _name_people(self, rows: list[EntryForm]) -> None:
        chosen = {row: row.chosen for row in rows if row.chosen is not None}
        people = people_by_key(self.user, chosen.values())
        for row in rows:
            person = people.get(chosen.get(row))
            if row in chosen and person is None:
                row.add_error("person", "所选人员不存在，或不在您的管理范围内")
            text = row["query"].value() or ""
            found = people_found(self.user, text=text) if not person else PeopleFound()
            row.people, row.refusal = [person] if person else found.people, found.refusal

    @property
    def used_rows(self) -> list[EntryForm]:
        return [row for row in self.rows if row.has_changed()]

    def changes_are_valid(self) -> bool:
        # Both are asked, so that the page shows everything that is wrong at once.
        return all(
            [
                self.leaving_form.is_valid(),
                self.again_form.is_valid(),
                *(row.is_valid() for row in self.used_rows),
            ]
        )

    @cached_property
    def leaving(self) -> list[Occupant]:
        gone = set(self.leaving_form.cleaned_data["leave"])
        return [seat for post in self.seats for seat in post.occupants if seat.appointment in gone]

    @cached_property
    def review_form(self) -> ReviewForm:
        is_council = self.facts.body == Body.COUNCIL
        passing = passing_sessions(self.term, on=self.facts.starts_on) if is_council else ()
        return ReviewForm(self.posted, leaving=self.leaving, entering=self.used_rows, passing=passing)

    def departures(self) -> list[Departure]:
        return self.review_form.departures()

    def arrivals(self) -> list[Arrival]:
        return [*self.review_form.arrivals(), *(seat.arrival for seat in self.again_form.chosen)]

    def seats_filled(self) -> list[Seat]:
        """The seats that the entries fill, for the figures of the day."""
        again = [Seat(post=seat.post, constituency=seat.constituency) for seat in self.again_form.chosen]
        return again + [
            Seat(
                post=Post(row.cleaned_data["post"]),
                constituency=Constituency(row.cleaned_data["constituency"]),
            )
            for row in self.used_rows
        ]

    def kept(self, *, without: tuple[str, ...]) -> list[tuple[str, str]]:
        """What other steps typed, to be posted along; `without` are the beginnings of this step's names."""
        own = (*without, "go", "csrfmiddlewaretoken")
        return [
            (name, value)
            for name, values in self.posted.lists()
            if not name.startswith(own)
            for value in values
        ]
