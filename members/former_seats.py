"""Who may be elected again: the seats of the term before, as they were on its last day."""

from dataclasses import dataclass

from associations.enums import Constituency, Employment, Post
from portal.accounts.models import User
from portal.records.reach import hide_unreached

from .models import Appointment, Term
from .session_rules import Arrival


@dataclass(frozen=True, kw_only=True)
class FormerSeat:
    """A seat of the term before whose holder does not hold the same post in this term yet."""

    appointment: int
    person: int
    name: str
    post: Post
    constituency: Constituency
    employment: Employment
    office_held: str

    @property
    def arrival(self) -> Arrival:
        """The same seat, filled again by the same person."""
        return Arrival(
            post=self.post,
            constituency=self.constituency,
            person=self.person,
            employment=self.employment,
            office_held=self.office_held,
        )


def former_seats(term: Term, *, by: User) -> tuple[FormerSeat, ...]:
    """List the seats held on the last day of the term before, by post; none where no term went before."""
    before = Term.objects.scoped().filter(association=term.association_id, number=term.number - 1).first()
    if before is None or before.ends_on is None:
        return ()
    again = set(term.appointments.values_list("person_id", "post"))
    holders = before.appointments.in_office(on=before.ends_on).select_related("person__association")
    held = list(holders.order_by("starts_on", "pk"))
    hide_unreached(held, user=by)
    order = list(Post)
    seats = [_former(seat) for seat in held if (seat.person_id, seat.post) not in again]
    return tuple(sorted(seats, key=lambda seat: order.index(seat.post)))


def _former(seat: Appointment) -> FormerSeat:
    return FormerSeat(
        appointment=seat.pk,
        person=seat.person_id,
        name=str(seat.person.name),
        post=Post(seat.post),
        constituency=Constituency(seat.constituency),
        employment=Employment(seat.employment),
        office_held=seat.office_held,
    )
