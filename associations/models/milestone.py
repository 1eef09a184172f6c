from datetime import date
from typing import TYPE_CHECKING, Self

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q

from associations.enums import COMPUTED_MILESTONES, Milestone, MilestoneStep
from portal.accounts.roles import Permission
from portal.records.models import StoredFile

from .association import Association, OfAssociationQuerySet

if TYPE_CHECKING:
    from portal.accounts.models import User


class MilestoneEventQuerySet(OfAssociationQuerySet):
    view_permission = Permission.VIEW_STATISTICS

    def up_to(self, on: date) -> Self:
        return self.filter(on__lte=on)

    def waiting(self, *, on: date) -> Self:
        """Claims that no later step had followed by the day: they wait for their verifier."""
        followed = (
            MilestoneEvent.objects.scoped()
            .up_to(on)
            .filter(association=OuterRef("association"), milestone=OuterRef("milestone"))
            .filter(Q(on__gt=OuterRef("on")) | Q(on=OuterRef("on"), pk__gt=OuterRef("pk")))
        )
        return self.up_to(on).filter(~Exists(followed), step=MilestoneStep.CLAIMED)

    def judged_by(self, user: "User") -> Self:
        """Keep what the user may judge: strictly below a grant, and of neither one's own office nor hand."""
        grants = user.scope.prefixes_for(Permission.VERIFY)
        below = self.visible_to(user, Permission.VERIFY).exclude(association__code__in=grants)
        return below.exclude(by=user).exclude(association=user.association_id)


class MilestoneEvent(models.Model):
    """One step in the history of an association's milestone; steps are added and never changed."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="milestone_events", verbose_name="协会"
    )
    milestone = models.CharField("改革事项", max_length=30, choices=Milestone)
    step = models.CharField("步骤", max_length=10, choices=MilestoneStep)
    on = models.DateField("日期")
    document_number = models.CharField("文号", max_length=100, blank=True)
    achieved_on = models.DateField("成文日期", null=True, blank=True)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="佐证文件"
    )
    reason = models.CharField("说明", max_length=500, blank=True)
    by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="经办人",
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = MilestoneEventQuerySet.as_manager()

    class Meta:
        verbose_name = "改革事项记录"
        ordering = ["association", "milestone", "on", "pk"]
        indexes = [models.Index(fields=["association", "milestone", "on"], name="milestone_event_history")]
        constraints = [
            models.CheckConstraint(
                name="milestone_claim_has_proof",
                condition=~Q(step=MilestoneStep.CLAIMED)
                | (~Q(document_number="") & Q(achieved_on__isnull=False, file__isnull=False)),
                violation_error_message="申报须填文号、成文日期并上传佐证文件",
            ),
            models.CheckConstraint(
                name="milestone_return_has_reason",
                condition=~Q(step=MilestoneStep.RETURNED) | ~Q(reason=""),
                violation_error_message="退回须写明理由",
            ),
            models.CheckConstraint(
                name="milestone_computed_has_no_steps",
                condition=~Q(milestone__in=COMPUTED_MILESTONES),
                violation_error_message="该事项由数据自动计算，不需申报",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_milestone_display()} {self.get_step_display()}"
