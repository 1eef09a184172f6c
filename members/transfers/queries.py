"""What offices see of transfers: what a move will change, and the little that a request tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from associations.models import Association
from members.enums import TransferState
from members.membership_steps import goes_along, member_of, move_findings, record_findings
from members.models import ContactHousehold, Membership, Person, TransferRequest
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import official_day
from portal.records.subjects import lock_of


@dataclass(frozen=True, kw_only=True)
class TransferPreview:
    """What a transfer will do, in words, and what keeps it from being done."""

    words: tuple[str, ...]
    problems: tuple[str, ...]


def preview_transfer(rows: Sequence[Membership], *, to: Association, on: date, by: User) -> TransferPreview:
    """Say what moving these memberships, loaded in scope, from a day on will change."""
    along = sum(goes_along(member_of(row), to) for row in rows)
    households = ContactHousehold.objects.scoped().filter(
        membership__in=[row.pk for row in rows], ends_on__isnull=True
    )
    count = households.count()
    last = official_day(on - timedelta(days=1))
    words = [
        f"{len(rows)} 条会员身份在原协会登记为“转会”，最后一天为{last}",
        f"自{official_day(on)}起登记为{to.name}的会员，会员类别和骨干标记不变",
    ]
    if along:
        words.append(f"{along} 份人员（团体）档案的登记协会改为{to.name}")
    if count:
        words.append(f"{count} 户联系户的联系到{last}为止，请在转入后另行确定联系会员")
    elsewhere = list(record_findings(map(member_of, rows), by=by))
    return TransferPreview(
        words=tuple(words),
        # The rules of a move name members: they are asked once all are within reach.
        problems=tuple(finding.message for finding in elsewhere or move_findings(rows, to=to, on=on)),
    )


def whole(rows: Sequence[int], *, user: User) -> list[Membership]:
    """Load memberships in the user's reach with what a transfer asks of them."""
    mine = Membership.objects.visible_to(user).filter(pk__in=rows)
    return list(mine.select_related("association", "person__association", "organisation__association"))


@dataclass(frozen=True, kw_only=True)
class RequestView:
    """A request as both sides may see it: who asks, for whom, and no more than telling them apart needs.

    `sex` and `birth_year` are empty for readers to whom they are not shown.
    """

    request: TransferRequest
    name: str
    kind: str
    sex: str
    birth_year: str
    origin: str
    reason: str
    to_code: str
    is_outgoing: bool


def view_of(request: TransferRequest, *, user: User, on: date) -> RequestView:
    """Show a request that the user may see from either side, as it stands on the day."""
    membership = request.membership
    member = member_of(membership)
    person = member if isinstance(member, Person) and _shows_traits(request, member, user, on) else None
    return RequestView(
        request=request,
        name=str(member),
        kind=membership.get_kind_display(),
        sex=str(person.get_sex_display()) if person else "",
        birth_year=f"{person.born_on.year}年" if person and person.born_on else "",
        origin=membership.association.name,
        reason=request.reason,
        to_code=request.to_code,
        is_outgoing=user.scope.covers(
            TransferRequest.objects.all().view_permission, membership.association.code
        ),
    )


def _shows_traits(request: TransferRequest, person: Person, user: User, on: date) -> bool:
    # To those who see the record, and to the office that decides while it has to: it is about to get it.
    if lock_of(person):
        return False
    decides = (
        request.state_on(on) == TransferState.WAITING
        and request.is_record_in_place
        and user.scope.covers(Permission.EDIT_RECORDS, request.to_code)
    )
    return decides or user.scope.covers(Person.objects.all().view_permission, person.association.code)
