"""Writes of re-registration: a round starts, members are marked, the round is closed."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import pghistory
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from associations.models import Association
from associations.permissions import require
from members.enums import ClearingState, ClearingVerdict, LeaveReason
from members.membership_steps import close_keys
from members.models import ClearingMark, ClearingRound, Membership
from members.models.clearing import ClearingMarkQuerySet
from members.models.membership import MembershipQuerySet
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.jobs.actions import enqueue
from portal.lib.dates import official_day
from portal.records.saving import refusal, save_record, save_version
from portal.records.subjects import ERASED, FROZEN, locked_among, not_locked

CLOSE_JOB = "clearing-close"
MOST_MARKS = 20_000
MOST_AT_ONCE = 2_000
CHUNK = 10_000
REASONS = (
    LeaveReason.CLEARED,
    LeaveReason.RESIGNED,
    LeaveReason.MOVED,
    LeaveReason.DECEASED,
    LeaveReason.REMOVED,
)
HOLD_OPEN = "SELECT 1 FROM members_clearinground WHERE id = %s AND state = 'open' FOR SHARE"


@transaction.atomic
def start_round(
    *, association: Association, title: str, starts_on: date, ends_on: date, by: User
) -> ClearingRound:
    """Start a round over all members of an association and of those below it.

    Raises: RuleViolation, also while another round of the association goes on.
    """
    require(Permission.EDIT_RECORDS, by, association.code, field="association")
    round_ = ClearingRound(
        association=association, title=title, starts_on=starts_on, ends_on=ends_on, started_by=by
    )
    save_record(round_)
    return round_


@transaction.atomic
def mark_members(
    *,
    round_: ClearingRound,
    rows: MembershipQuerySet,
    verdict: ClearingVerdict | None,
    reason: str,
    expected: int,
    by: User,
    at: datetime,
) -> int:
    """Write what was found about all rows of the round's list that the user may edit; None takes it back.

    Shape: returns how many.
    Raises: RuleViolation when they are no longer the `expected` number of rows, or too
    many at once, or about to leave while their data are frozen; nothing is marked then.
    """
    _hold_open(round_)
    if verdict == ClearingVerdict.LEAVES and reason not in REASONS:
        raise refusal("请选择退会原因", code="no_reason", field="reason")
    mine = rows.visible_to(by, Permission.EDIT_RECORDS).order_by("pk")
    keys = list(mine.values_list("pk", flat=True)[: MOST_MARKS + 1])
    if len(keys) > MOST_MARKS:
        raise refusal(f"一次最多标记 {MOST_MARKS} 人，请缩小筛选范围", code="too_many")
    if len(keys) != expected:
        message = f"选择时为 {expected} 人，现在为 {len(keys)} 人，请重新核对"
        raise refusal(message, code="changed")
    if verdict == ClearingVerdict.LEAVES:
        _refuse_locked(keys)
    if verdict is None:
        ClearingMark.objects.scoped().filter(round=round_, membership__in=keys).delete()
        return len(keys)
    said = {"verdict": verdict, "reason": reason if verdict == ClearingVerdict.LEAVES else ""}
    ClearingMark.objects.bulk_create(
        [ClearingMark(round=round_, membership_id=key, marked_by=by, marked_at=at, **said) for key in keys],
        update_conflicts=True,
        unique_fields=["round", "membership"],
        update_fields=["verdict", "reason", "marked_by", "marked_at"],
        batch_size=MOST_AT_ONCE,
    )
    return len(keys)


@transaction.atomic
def close_round(*, round_: ClearingRound, left_on: date, by: User, at: datetime, seen: int) -> bool:
    """Close a round: whoever was found to leave has `left_on` as the last day; nobody else changes.

    Of more than 2,000 a worker takes care; until then nothing is marked any longer.
    Shape: tells whether it is done already. Raises: RuleViolation, with the code `stale` when the round was
    changed since version `seen`.
    """
    rounds = ClearingRound.objects.scoped().select_related("association")
    locked = rounds.select_for_update(of=("self",)).get(pk=round_.pk)
    require(Permission.EDIT_RECORDS, by, locked.association.code)
    if locked.state != ClearingState.OPEN:
        raise refusal("该次重新登记已经办结", code="closed")
    if left_on < locked.starts_on:
        message = f"退会日期不能早于重新登记的开始日期（{official_day(locked.starts_on)}）"
        raise refusal(message, code="before_start", field="left_on")
    locked.state, locked.left_on, locked.closed_by = ClearingState.CLOSING, left_on, by
    save_version(locked, seen=seen)
    if leaving(locked).count() > MOST_AT_ONCE:
        enqueue(
            kind=CLOSE_JOB,
            key=f"{CLOSE_JOB}:{locked.pk}",
            arguments={"round": locked.pk, "title": f"办结重新登记：{locked.title}"},
            association=locked.association,
            by=by,
        )
        return False
    finish(round_=locked, at=at)
    return True


@transaction.atomic
def finish(*, round_: ClearingRound, at: datetime) -> int:
    """End all memberships of a round that is being closed, or none; a second time changes nothing.

    Shape: returns how many were ended.
    """
    rounds = ClearingRound.objects.scoped().select_related("association")
    locked = rounds.select_for_update(of=("self",)).get(pk=round_.pk)
    if locked.state != ClearingState.CLOSING or locked.left_on is None:
        return 0
    ended = 0
    with pghistory.context(purpose=f"重新登记：{locked.title}"):
        for reason in REASONS:
            rows = leaving(locked).filter(Exists(_marks(locked).filter(reason=reason)))
            # In the order of their keys, as every other write to several memberships.
            keys = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
            for part in _chunks(keys):
                close_keys(part, left_on=locked.left_on, reason=reason)
            ended += len(keys)
        goes_on = _looked_at(locked)
        checked = _marks(locked).filter(verdict=ClearingVerdict.STAYS)
        locked.leaving_count = ended
        locked.checked_count = goes_on.filter(Exists(checked)).count()
        locked.unchecked_count = goes_on.filter(~Exists(checked)).count()
        locked.state, locked.closed_at = ClearingState.CLOSED, at
        save_version(locked, seen=locked.version)
    return ended


def leaving(round_: ClearingRound) -> MembershipQuerySet:
    """Return the open memberships that a round found to end."""
    marked = _looked_at(round_).filter(Exists(_marks(round_).filter(verdict=ClearingVerdict.LEAVES)))
    # Whose data were frozen since stays as they are, like on every other page.
    return marked.filter(not_locked(Membership))


def _refuse_locked(keys: Sequence[int]) -> None:
    if locked := locked_among(Membership, keys):
        message = f"其中 {locked} 人的个人信息{FROZEN}或{ERASED}，不能办理退会，请去掉后再标记"
        raise refusal(message, code="locked")


def _looked_at(round_: ClearingRound) -> MembershipQuerySet:
    rows = Membership.objects.all().under(round_.association.code)
    return rows.open().filter(joined_on__lte=round_.starts_on)


def _marks(round_: ClearingRound) -> ClearingMarkQuerySet:
    return ClearingMark.objects.scoped().filter(round=round_, membership=OuterRef("pk"))


def _chunks(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def _hold_open(round_: ClearingRound) -> None:
    # Shared among those who mark, so that they do not wait for each other; whoever closes waits for all.
    with connection.cursor() as cursor:
        cursor.execute(HOLD_OPEN, [round_.pk])
        if cursor.fetchone() is None:
            raise refusal("该次重新登记已经办结，不能再标记", code="closed")
