import uuid
from pathlib import PurePath
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet, under_any
from portal.jobs.models import Job, JobState

from .enums import BatchState
from .registry import type_of

# What somebody may import with; a batch belongs to one of them.
PERMISSIONS = (Permission.EDIT_RECORDS, Permission.EDIT_FAMILIES)


class ImportBatchQuerySet(ScopedQuerySet):
    def with_files(self) -> Self:
        return self.exclude(file_key="", errors_key="")

    def visible_to(self, user: User, permission: Permission | None = None) -> Self:
        """Keep the user's own batches, of places where they still may edit what the batch writes."""
        held = Q(pk__in=[])
        for each in PERMISSIONS:
            held |= Q(permission=each) & under_any(self.scope_path, user.scope.prefixes_for(each))
        return self.filter(held, created_by=user).scoped()


class ImportBatch(models.Model):
    """A file that somebody brought in: how it was judged, whether it was written, whether it was undone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField("类型", max_length=20)
    permission = models.CharField(max_length=20)
    association = models.ForeignKey(
        "associations.Association", on_delete=models.PROTECT, related_name="+", verbose_name="协会"
    )
    created_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name="发起人"
    )
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveIntegerField("字节数")
    # Of the file as it was sent; it proves which one it was when the file itself is gone.
    sha256 = models.CharField(max_length=64)
    # Of the sealed files on disk (docs/adr/0020); empty once they are removed.
    file_key = models.CharField(max_length=64, blank=True)
    errors_key = models.CharField(max_length=64, blank=True)
    state = models.CharField("状态", max_length=10, choices=BatchState, default=BatchState.CHECKING)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="import_batch")
    created_count = models.PositiveIntegerField("新增", default=0)
    changed_count = models.PositiveIntegerField("修改", default=0)
    same_count = models.PositiveIntegerField("不变", default=0)
    wrong_count = models.PositiveIntegerField("错误", default=0)
    # Of the first check that answered: the rows that were compared with what masks hide (docs/adr/0058).
    matched_count = models.PositiveIntegerField("核对行数", default=0)
    matched_at = models.DateTimeField("核对时间", null=True)
    # The first of what is wrong, as the page shows it: row, header, message.
    faults = models.JSONField(default=list)
    written_at = models.DateTimeField("导入时间", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "导入批次"
        indexes = [models.Index(fields=["created_by", "created_at", "id"], name="import_batch_own")]
        constraints = [
            models.CheckConstraint(
                name="import_batch_written_when_done",
                condition=Q(state__in=[BatchState.DONE, BatchState.UNDOING, BatchState.UNDONE])
                ^ Q(written_at__isnull=True),
            ),
            models.CheckConstraint(
                name="import_batch_undone_when_undone",
                condition=Q(state=BatchState.UNDONE) ^ Q(undone_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def errors_name(self) -> str:
        return f"{PurePath(self.name).stem}-错误.xlsx"

    @property
    def label(self) -> str:
        return type_of(self.type).label

    @property
    def row_count(self) -> int:
        return self.created_count + self.changed_count + self.same_count + self.wrong_count

    @property
    def has_failed(self) -> bool:
        return self.job is not None and self.job.state == JobState.FAILED

    @property
    def standing(self) -> str:
        """The state in words, with what only the job knows."""
        if self.has_failed:
            return "失败"
        if self.state == BatchState.CHECKING and self.job and self.job.state == JobState.WAITING:
            return "待检查"
        return BatchState(self.state).label

    @property
    def tone(self) -> str:
        """The code under which the badge of the state is drawn."""
        if self.has_failed or self.state == BatchState.INVALID:
            return JobState.FAILED
        if self.state == BatchState.DONE:
            return JobState.DONE
        is_idle = self.state in (BatchState.READY, BatchState.UNDONE)
        return JobState.WAITING if is_idle else JobState.RUNNING


class ImportedRow(models.Model):
    """A record that a batch made or changed; `before` holds what it changed, and nothing for a new one."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField("文件行号")
    model = models.CharField(max_length=60)
    key = models.BigIntegerField()
    version = models.PositiveIntegerField()
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = "导入记录"
        constraints = [
            models.UniqueConstraint(fields=["batch", "model", "key"], name="imported_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"
