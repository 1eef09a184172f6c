"""What a merge will do with the rows of the dropped person: shown before, done under locks afterwards."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from django.db.models import Model

from associations.models import Association
from members.enums import TransferState
from members.likeness import numbers_differ
from members.models import Appointment, Membership, Person, TransferRequest, Volunteer
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.findings import Finding, Severity
from portal.records.types import rows_of

from .holdings import Holdings, is_marked_distinct
from .rules import Span, clusters, joined

R = TypeVar("R", Appointment, Membership, Volunteer)
Days = tuple[date, date | None]


@dataclass(frozen=True, kw_only=True)
class Join(Generic[R]):
    """Rows of the two in the same place whose days overlap; `stays` takes over all days of the others."""

    stays: R
    rows: list[R]
    last: R
    span: Span

    @property
    def absorbed(self) -> list[R]:
        return [row for row in self.rows if row is not self.stays]


@dataclass(frozen=True, kw_only=True)
class MergePlan:
    """What moves, what is joined, and why it cannot be done where `findings` say so.

    Of a merge that would move rows beyond the reach of whoever asks, it tells that and nothing else.
    """

    memberships: tuple[Join[Membership], ...] = ()
    appointments: tuple[Join[Appointment], ...] = ()
    volunteering: tuple[Join[Volunteer], ...] = ()
    moves: tuple[tuple[str, int], ...] = ()
    words: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=())


def plan_merge(*, keep: Person, drop: Person, held: Holdings, by: User) -> MergePlan:
    """Plan the merge of `drop` into `keep` from the rows that they hold, wherever those lie."""
    beyond = tuple(_reach_findings(held, drop, by=by))
    if beyond:
        return MergePlan(findings=beyond)
    # A join takes a row of `drop`, so it lies where `by` reaches; rows of `keep` elsewhere are in none.
    memberships = _joins(held.memberships, keep, lambda row: row.association_id, _days_of_membership)
    appointments = _joins(held.appointments, keep, lambda row: (row.term_id, row.post), _days_of_seat)
    volunteering = _joins(held.volunteering, keep, lambda row: row.association_id, _days_of_volunteer)
    return MergePlan(
        memberships=memberships,
        appointments=appointments,
        volunteering=volunteering,
        moves=_moves(held, drop),
        words=(
            *(_words(join, "会员身份", join.stays.association) for join in memberships),
            *(_words(join, _seat_name(join.stays), join.stays.term.association) for join in appointments),
            *(_words(join, "志愿者身份", join.stays.association) for join in volunteering),
        ),
        findings=(
            *_identity_findings(keep, drop),
            *_seat_findings(appointments),
            *_request_findings(memberships),
        ),
    )


def _joins(
    rows: Sequence[R],
    keep: Person,
    place: Callable[[R], object],
    days: Callable[[R], Days],
) -> tuple[Join[R], ...]:
    by_place: defaultdict[object, list[R]] = defaultdict(list)
    for row in rows:
        by_place[place(row)].append(row)
    return tuple(join for found in by_place.values() for join in _joins_of(found, keep, days))


def _joins_of(rows: Sequence[R], keep: Person, days: Callable[[R], Days]) -> Iterator[Join[R]]:
    by_key = {row.pk: row for row in rows}
    spans = []
    for row in rows:
        starts_on, ends_on = days(row)
        spans.append(Span(key=row.pk, starts_on=starts_on, ends_on=ends_on))
    for group in clusters(spans):
        members = [by_key[span.key] for span in group]
        if len({row.person_id for row in members}) > 1:
            stays = next(row for row in members if row.person_id == keep.pk)
            last = max(group, key=lambda span: (span.ends_on is None, span.ends_on or span.starts_on))
            yield Join(
                stays=stays,
                rows=members,
                last=by_key[last.key],
                span=joined(group, key=stays.pk),
            )


def _days_of_membership(row: Membership) -> Days:
    return row.joined_on, row.left_on


def _days_of_seat(row: Appointment) -> Days:
    return row.starts_on, row.ends_on


def _days_of_volunteer(row: Volunteer) -> Days:
    return row.applied_on, row.ends_on


def _seat_name(row: Appointment) -> str:
    return f"第{row.term.number}届{row.get_post_display()}"


def _moves(held: Holdings, drop: Person) -> tuple[tuple[str, int], ...]:
    counts = {
        "会员身份": sum(row.person_id == drop.pk for row in held.memberships),
        "任职": sum(row.person_id == drop.pk for row in held.appointments),
        "志愿者身份": sum(row.person_id == drop.pk for row in held.volunteering),
        "担任组长的会员小组": sum(row.leader_id == drop.pk for row in held.groups),
    }
    return tuple((label, count) for label, count in counts.items() if count)


def _words(join: Join, what: str, place: Association) -> str:
    return f"{place.short_name}的{what}有{len(join.rows)}条日期重叠，合为一条：{join.span}"


def _identity_findings(keep: Person, drop: Person) -> Iterator[Finding]:
    if numbers_differ(keep.traits, drop.traits):
        yield _error("numbers_differ", "两人的身份证号都已登记且不相同，不能合并；号码登记有误的，请先更正")
    # A frozen record that was dropped would lose its freeze, and an erased one would come back under a name.
    if keep.frozen_on or drop.frozen_on:
        yield _error("frozen", "其中一人的个人信息已冻结，解除冻结前不能合并")
    if keep.erased_on or drop.erased_on:
        yield _error("erased", "其中一人的个人信息已按请求删除，不能合并")
    if is_marked_distinct(keep.pk, drop.pk):
        yield _error("marked_distinct", "两人已标记为不是同一人，请先撤销标记")


def _reach_findings(held: Holdings, drop: Person, *, by: User) -> Iterator[Finding]:
    # Rows of one model are asked for together: whoever lacks reach must not move what others keep.
    own: dict[type[Model], list[int]] = {
        Appointment: [row.pk for row in held.appointments if row.person_id == drop.pk],
        Membership: [row.pk for row in held.memberships if row.person_id == drop.pk],
        Volunteer: [row.pk for row in held.volunteering if row.person_id == drop.pk],
    }
    codes = {row.association.code for row in held.groups if row.leader_id == drop.pk}
    is_covered = all(by.scope.covers(Permission.EDIT_RECORDS, code) for code in codes) and all(
        rows_of(model).visible_to(by, Permission.EDIT_RECORDS).filter(pk__in=keys).count() == len(keys)
        for model, keys in own.items()
        if keys
    )
    if not is_covered:
        yield _error(
            "out_of_reach",
            f"“{drop.name}”另有不在您管理范围内的任职、会员或志愿者登记。请改为保留这一条，或由上级协会合并",
        )


def _seat_findings(joins: Sequence[Join[Appointment]]) -> Iterator[Finding]:
    for join in joins:
        if len({(row.constituency, row.employment) for row in join.rows}) > 1:
            seat = join.stays
            yield _error(
                "seats_overlap",
                f"两人同时登记为{seat.term.association.short_name}{_seat_name(seat)}，"
                "代表类别或任职形式不同。请先在理事会页面为登记有误的一条办理卸任，"
                "卸任日期须在另一条的任职日期之前",
            )


def _request_findings(joins: Sequence[Join[Membership]]) -> Iterator[Finding]:
    absorbed = [row.pk for join in joins for row in join.absorbed]
    waiting = TransferRequest.objects.scoped().filter(membership__in=absorbed, state=TransferState.WAITING)
    if absorbed and waiting.exists():
        yield _error("request_waits", "其中一条会员身份有等待接收的转会申请，请先撤回或等待办结")


def _error(code: str, message: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, message=message)
