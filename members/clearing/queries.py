"""Who is on the list of a round, what was found about them, and how far each part of the tree has come."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Subquery

from associations.models import Association
from members.enums import ClearingState, ClearingVerdict
from members.models import ClearingMark, ClearingRound, Membership
from members.models.membership import MembershipQuerySet
from portal.accounts.models import User
from portal.accounts.roles import Permission

UNCHECKED = "unchecked"
# The parts are the children of one place, and the place itself for its own members.
PROGRESS = """
    SELECT part.id, count(*), count(*) FILTER (WHERE mark.verdict = 'stays'),
           count(*) FILTER (WHERE mark.verdict = 'leaves')
    FROM associations_association AS part
    JOIN associations_association AS place
        ON place.id = part.id OR part.id <> %(node)s AND starts_with(place.code, part.code)
    JOIN members_membership AS membership
        ON membership.association_id = place.id AND membership.left_on IS NULL
        AND membership.joined_on <= %(starts_on)s
    LEFT JOIN members_clearingmark AS mark
        ON mark.round_id = %(round)s AND mark.membership_id = membership.id
    WHERE part.id = %(node)s OR part.parent_id = %(node)s
    GROUP BY part.id
"""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many members a part of the tree has on the list of a round, and what was found about them."""

    total: int = 0
    stays: int = 0
    leaves: int = 0

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(
            total=self.total + other.total,
            stays=self.stays + other.stays,
            leaves=self.leaves + other.leaves,
        )

    @property
    def unchecked(self) -> int:
        return self.total - self.stays - self.leaves

    @property
    def percent(self) -> int:
        """Whole percent that were looked at, cut and not rounded: 100 means all."""
        return (self.stays + self.leaves) * 100 // self.total if self.total else 0


@dataclass(frozen=True, kw_only=True)
class PartProgress:
    """The progress of an association with all below it, or of its own members alone."""

    association: Association
    is_own: bool
    progress: Progress


def load_round(user: User, key: int) -> ClearingRound | None:
    """Return a round in the user's reach or from above it."""
    rounds = ClearingRound.objects.all().reaching(user).filter(pk=key)
    return rounds.select_related("association", "closed_by__association").first()


def shows_outcome(round_: ClearingRound, user: User) -> bool:
    """Tell whether the user may know what the round came to: its counts are of all who were looked at."""
    return user.scope.covers(ClearingRound.objects.all().view_permission, round_.association.code)


def is_open_to(round_: ClearingRound, user: User) -> bool:
    """Tell whether the user may close the round: it is theirs, and it goes on."""
    is_mine = user.scope.covers(Permission.EDIT_RECORDS, round_.association.code)
    return is_mine and round_.state == ClearingState.OPEN


def listed(round_: ClearingRound, *, user: User) -> MembershipQuerySet:
    """Return the memberships in the user's reach that the round looks at, with `verdict` and `reason`.

    A round that is closed looks at nobody any longer; its list is what was marked.
    """
    marks = ClearingMark.objects.scoped().filter(round=round_, membership=OuterRef("pk"))
    mine = Membership.objects.visible_to(user).under(round_.association.code)
    if round_.state == ClearingState.CLOSED:
        rows = mine.filter(Exists(marks))
    else:
        rows = mine.open().filter(joined_on__lte=round_.starts_on)
    return rows.annotate(verdict=Subquery(marks.values("verdict")), reason=Subquery(marks.values("reason")))


def found_to(rows: MembershipQuerySet, state: str, *, round_: ClearingRound) -> MembershipQuerySet:
    """Keep the memberships of a round's list that nobody looked at, or that have the verdict `state`."""
    marks = ClearingMark.objects.scoped().filter(round=round_, membership=OuterRef("pk"))
    if state == UNCHECKED:
        return rows.filter(~Exists(marks))
    return rows.filter(Exists(marks.filter(verdict=ClearingVerdict(state))))


def progress_of(round_: ClearingRound, *, node: Association) -> list[PartProgress]:
    """Count the list of an open round for each child of a place, and for the place's own members first.

    The caller has loaded the place in scope and inside the round. Shape: one statement; parts without members
    are there with zeros.
    """
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, {"node": node.pk, "round": round_.pk, "starts_on": round_.starts_on})
        counts = {
            key: Progress(total=total, stays=stays, leaves=leaves) for key, total, stays, leaves in cursor
        }
    children = node.children.order_by("code")
    return [
        PartProgress(association=each, is_own=each == node, progress=counts.get(each.pk, Progress()))
        for each in (node, *children)
    ]


def summed(parts: Sequence[PartProgress]) -> Progress:
    """Add up the progress of the parts."""
    total = Progress()
    for part in parts:
        total += part.progress
    return total
