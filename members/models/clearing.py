"""Rounds of re-registration: every open membership is looked at, and whoever does not go on leaves."""

from typing import Self

from django.db import models
from django.db.models import Q

from associations.codes import scopes_above
from associations.models import Association
from members.enums import ClearingState, ClearingVerdict, LeaveReason
from portal.accounts.history import tracked
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .council import dates_in_order
from .membership import Membership


class ClearingRoundQuerySet(ScopedQuerySet):
    view_permission = Permission.VIEW_PEOPLE

    def reaching(self, user: User) -> Self:
        """Keep the rounds in the user's reach, and those from above that their members are part of."""
        prefixes = user.scope.prefixes_for(self.view_permission)
        above = {code for prefix in prefixes for code in scopes_above(prefix)}
        mine = self.visible_to(user).values("pk")
        return self.filter(Q(pk__in=mine) | Q(association__code__in=above)).scoped()

    def open(self) -> Self:
        return self.filter(state=ClearingState.OPEN)


@tracked()
class ClearingRound(models.Model):
    """A re-registration of all members of an association and of those below it."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="clearing_rounds", verbose_name="协会"
    )
    title = models.CharField("名称", max_length=60)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    state = models.CharField("状态", max_length=10, choices=ClearingState, default=ClearingState.OPEN)
    left_on = models.DateField("退会日期", null=True, blank=True)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="发起人")
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办结人"
    )
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    # What the round came to; they stay when memberships change afterwards.
    checked_count = models.PositiveIntegerField("已核对", null=True, editable=False)
    leaving_count = models.PositiveIntegerField("已退会", null=True, editable=False)
    unchecked_count = models.PositiveIntegerField("未核对", null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ClearingRoundQuerySet.as_manager()

    class Meta:
        verbose_name = "重新登记"
        constraints = [
            dates_in_order("clearing_round_dates_in_order"),
            models.UniqueConstraint(
                fields=["association", "title"],
                name="clearing_round_title_unique",
                violation_error_message="该协会已有同名的重新登记",
            ),
            models.UniqueConstraint(
                fields=["association"],
                condition=~Q(state=ClearingState.CLOSED),
                name="clearing_round_one_open",
                violation_error_message="该协会已有进行中的重新登记，请先办结",
            ),
            models.CheckConstraint(
                name="clearing_round_close_is_whole",
                condition=Q(state=ClearingState.OPEN, left_on__isnull=True, closed_at__isnull=True)
                | Q(state=ClearingState.CLOSING, left_on__isnull=False, closed_at__isnull=True)
                | Q(
                    state=ClearingState.CLOSED,
                    left_on__isnull=False,
                    closed_at__isnull=False,
                    checked_count__isnull=False,
                    leaving_count__isnull=False,
                    unchecked_count__isnull=False,
                ),
                violation_error_message="办结的重新登记须有退会日期和统计",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ClearingMarkQuerySet(ScopedQuerySet):
    scope_path = "membership__association__code"
    view_permission = Permission.VIEW_PEOPLE


# A row for a membership that was looked at: a round of a province starts without writing three million.
@tracked(in_bulk=True)
class ClearingMark(models.Model):
    """What a round found about one membership: it goes on, or it ends for a reason."""

    round = models.ForeignKey(
        ClearingRound,
        on_delete=models.PROTECT,
        related_name="marks",
        verbose_name="重新登记",
        db_index=False,  # the unique pair begins with it
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="clearing_marks", verbose_name="会员"
    )
    verdict = models.CharField("核对结果", max_length=10, choices=ClearingVerdict)
    reason = models.CharField("退会原因", max_length=15, choices=LeaveReason, blank=True)
    marked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="核对人")
    marked_at = models.DateTimeField("核对时间")

    objects = ClearingMarkQuerySet.as_manager()

    class Meta:
        verbose_name = "重新登记核对"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "membership"],
                name="clearing_mark_once",
                violation_error_message="该会员在本次重新登记中已核对",
            ),
            models.CheckConstraint(
                name="clearing_mark_reason_of_leaving",
                condition=Q(verdict=ClearingVerdict.STAYS, reason="")
                | (Q(verdict=ClearingVerdict.LEAVES) & ~Q(reason="")),
                violation_error_message="待退会须填写原因，已核对不填",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.get_verdict_display()}"
