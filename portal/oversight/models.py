from datetime import date
from typing import TYPE_CHECKING, Self

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value

from associations.enums import Body, Milestone
from associations.models import Association
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet, under_any
from portal.records.models import StoredFile

from .enums import AWAITS_ANSWER, ENDED, NoticeKind, NoticeStep

if TYPE_CHECKING:
    from portal.accounts.models import User


class SupervisionNoticeQuerySet(ScopedQuerySet):
    """A notice belongs to its issuer; whom it is about sees it once it was issued."""

    scope_path = "issuer__code"
    view_permission = Permission.VIEW_STATISTICS

    def visible_to(self, user: "User", permission: Permission | None = None) -> Self:
        asked = permission or self.view_permission
        prefixes = user.scope.prefixes_for(asked)
        reached = under_any(self.scope_path, prefixes)
        if asked == self.view_permission:
            issued = SupervisionStep.objects.scoped().filter(notice=OuterRef("pk"), step=NoticeStep.NOTICED)
            reached |= under_any("association__code", prefixes) & Q(Exists(issued))
        return self.filter(reached).scoped()

    def under(self, code: str) -> Self:
        """Keep the notices about the association `code` and all below it."""
        return self.filter(association__code__startswith=code).scoped()

    def standing(self, *, on: date) -> Self:
        """Keep what had been found by the day and annotate where it stood then, with its number and days."""
        steps = (
            SupervisionStep.objects.scoped().filter(notice=OuterRef("pk"), on__lte=on).order_by("-on", "-pk")
        )
        issued = steps.filter(step=NoticeStep.NOTICED)
        return self.annotate(
            asked_on=Value(on, output_field=models.DateField()),
            state=Subquery(steps.values("step")[:1]),
            due_on=Subquery(steps.filter(due_on__isnull=False).values("due_on")[:1]),
            document_number=Subquery(issued.values("document_number")[:1]),
            issued_on=Subquery(issued.values("on")[:1]),
        ).filter(state__isnull=False)

    def open(self) -> Self:
        """Keep those of `standing()` that had not ended."""
        return self.exclude(state__in=ENDED)

    def overdue(self, *, on: date) -> Self:
        """Keep those of `standing()` whose answer was due before the day; see `rules.is_overdue`."""
        return self.filter(state__in=AWAITS_ANSWER, due_on__lt=on)


class SupervisionNotice(models.Model):
    """A 督办: what the office above found wrong with an association; its steps tell what came of it."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="supervision_notices", verbose_name="被督办协会"
    )
    issuer = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="issued_notices", verbose_name="督办协会"
    )
    kind = models.CharField("问题类型", max_length=20, choices=NoticeKind)
    milestone = models.CharField("改革事项", max_length=30, choices=Milestone, blank=True)
    body = models.CharField("机构", max_length=10, choices=Body, blank=True)
    finding = models.TextField("发现的问题", max_length=1000)
    asked_on: date  # set by `standing()`, as are the four below
    state: str
    due_on: date | None
    document_number: str | None
    issued_on: date | None

    objects = SupervisionNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "督办"
        constraints = [
            models.CheckConstraint(
                name="notice_names_its_milestone",
                condition=Q(kind=NoticeKind.OVERDUE_MILESTONE) ^ Q(milestone=""),
                violation_error_message="逾期改革事项须选择改革事项，其他类型不选",
            ),
            models.CheckConstraint(
                name="notice_names_its_body",
                condition=Q(kind=NoticeKind.QUOTA) ^ Q(body=""),
                violation_error_message="比例不达标须选择机构，其他类型不选",
            ),
            models.CheckConstraint(
                name="notice_is_about_another",
                condition=~Q(association=F("issuer")),
                violation_error_message="不能督办本单位",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.association.short_name} {self.subject}"

    @property
    def subject(self) -> str:
        """What it is about in a few words: the milestone or the body where it names one, else the kind."""
        named = self.get_milestone_display() or self.get_body_display()
        return f"{self.get_kind_display()}：{named}" if named else str(self.get_kind_display())


class SupervisionStepQuerySet(ScopedQuerySet):
    scope_path = "notice__issuer__code"
    view_permission = Permission.VIEW_STATISTICS

    def visible_to(self, user: "User", permission: Permission | None = None) -> Self:
        notices = SupervisionNotice.objects.visible_to(user, permission)
        return self.filter(notice__in=notices).scoped()


def _only_with(step: NoticeStep, filled: Q) -> Q:
    return ~Q(step=step) | filled


class SupervisionStep(models.Model):
    """One step in the history of a notice; steps are added and never changed."""

    notice = models.ForeignKey(
        SupervisionNotice, on_delete=models.PROTECT, related_name="steps", verbose_name="督办"
    )
    step = models.CharField("步骤", max_length=10, choices=NoticeStep)
    on = models.DateField("日期")
    document_number = models.CharField("文号", max_length=100, blank=True)
    due_on = models.DateField("回复期限", null=True, blank=True)
    text = models.TextField("说明", max_length=2000, blank=True)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="佐证文件"
    )
    raised_to = models.ForeignKey(
        Association,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="提请协会",
    )
    by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="经办人",
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = SupervisionStepQuerySet.as_manager()

    class Meta:
        verbose_name = "督办记录"
        ordering = ["notice", "on", "pk"]
        indexes = [models.Index(fields=["notice", "on"], name="supervision_step_history")]
        constraints = [
            models.CheckConstraint(
                name="supervision_issue_has_paper",
                condition=_only_with(NoticeStep.NOTICED, ~Q(document_number="") & Q(due_on__isnull=False)),
                violation_error_message="发出督办须填文号和回复期限",
            ),
            models.CheckConstraint(
                name="supervision_answer_has_proof",
                condition=_only_with(NoticeStep.ANSWERED, Q(file__isnull=False)),
                violation_error_message="回复须上传佐证文件",
            ),
            models.CheckConstraint(
                name="supervision_return_has_due_day",
                condition=_only_with(NoticeStep.RETURNED, Q(due_on__isnull=False)),
                violation_error_message="退回须填新的回复期限",
            ),
            models.CheckConstraint(
                name="supervision_step_has_text",
                condition=Q(step=NoticeStep.NOTICED) | ~Q(text=""),
                violation_error_message="请写明情况",
            ),
            models.CheckConstraint(
                name="supervision_raise_names_the_office",
                condition=Q(step=NoticeStep.RAISED) ^ Q(raised_to__isnull=True),
                violation_error_message="提请上级须写明提请的协会",
            ),
            models.CheckConstraint(
                name="supervision_due_day_in_order",
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("on")),
                violation_error_message="回复期限不能早于发出日期",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.on}"
