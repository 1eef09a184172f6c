from collections.abc import Iterable
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from associations.models import Association
from members.enums import TransferState
from portal.accounts.history import tracked
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .membership import Membership

DAYS_TO_ANSWER = 60


class TransferRequestQuerySet(ScopedQuerySet):
    """Seen from where the member is; `incoming_to` looks from where they would go."""

    scope_path = "membership__association__code"
    view_permission = Permission.VIEW_PEOPLE

    def incoming_to(self, user: User) -> Self:
        """Keep what waits, or was answered, at associations whose records the user edits."""
        mine = Association.objects.visible_to(user, Permission.EDIT_RECORDS)
        return self.filter(to_code__in=mine.values("code")).scoped()

    def waiting(self, *, on: date) -> Self:
        """Keep what can still be answered on the day."""
        return self.filter(state=TransferState.WAITING, asked_on__gte=on - timedelta(days=DAYS_TO_ANSWER))

    def settled(self, *, on: date) -> Self:
        return self.exclude(pk__in=self.model.objects.scoped().waiting(on=on).values("pk"))

    def of(self, memberships: Iterable[int]) -> Self:
        return self.filter(membership__in=list(memberships))


@tracked()
class TransferRequest(models.Model):
    """An office asks the association at a code, which it cannot see, to take over a member."""

    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="transfer_requests", verbose_name="会员"
    )
    # No foreign key: whether an association stands behind the code is not for the asking office to learn.
    to_code = models.CharField("转入协会代码", max_length=20, db_collation="C")
    reason = models.CharField("转会原因", max_length=200)
    # The member's own record moves from there and from nowhere else: only that far reached who asked.
    record_at = models.ForeignKey(
        Association,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="申请时的档案登记协会",
    )
    asked_on = models.DateField("申请日期")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="申请人")
    state = models.CharField("状态", max_length=10, choices=TransferState, default=TransferState.WAITING)
    answered_at = models.DateTimeField("办结时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办结人"
    )
    answer = models.CharField("办理意见", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = TransferRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "转会申请"
        indexes = [models.Index(fields=["to_code", "state"], name="transfer_request_to")]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(state=TransferState.WAITING),
                name="transfer_request_waits_once",
                violation_error_message="该会员已有等待办理的转会申请",
            ),
            models.CheckConstraint(
                name="transfer_request_answer_is_whole",
                condition=Q(answered_at__isnull=True, state=TransferState.WAITING)
                | Q(answered_at__isnull=False) & ~Q(state=TransferState.WAITING),
                violation_error_message="办结的申请须有办结时间",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership} → {self.to_code}"

    @property
    def last_day(self) -> date:
        return self.asked_on + timedelta(days=DAYS_TO_ANSWER)

    @property
    def is_record_in_place(self) -> bool:
        """Tell whether the member's own record lies where it lay when the office asked."""
        member = self.membership.person or self.membership.organisation
        return member is not None and member.association_id == self.record_at_id

    def state_on(self, on: date) -> TransferState:
        """Return the state on the day; nobody has to write down that a request ran out."""
        is_over = self.state == TransferState.WAITING and on > self.last_day
        return TransferState.EXPIRED if is_over else TransferState(self.state)
