import uuid
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from portal.accounts.history import tracked
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import Scope
from portal.jobs.models import Job

from .importing.models import ImportBatch, ImportedRow

__all__ = ["KEPT_FOR", "Export", "ImportBatch", "ImportedRow", "OwnQuerySet", "SavedFilter", "StoredFile"]

KEPT_FOR = timedelta(days=7)


@tracked()
class StoredFile(models.Model):
    """An uploaded file, kept once under its hash; reached only through the record that refers to it."""

    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    uploaded_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = "文件"

    def __str__(self) -> str:
        return self.name


class OwnQuerySet(models.QuerySet):
    """Rows that belong to one user alone, whatever others may see or do."""

    def of(self, user: User) -> Self:
        return self.filter(user=user)


class SavedFilterQuerySet(OwnQuerySet):
    def of_list(self, slug: str) -> Self:
        return self.filter(slug=slug)


class SavedFilter(models.Model):
    """The conditions of a list under a name, for the user who keeps them and nobody else."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    slug = models.CharField("列表", max_length=40)
    name = models.CharField("名称", max_length=30)
    query = models.TextField("条件", max_length=2000, blank=True)
    created_at = models.DateTimeField("保存时间", auto_now_add=True)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = "我的筛选"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "slug", "name"],
                name="saved_filter_name_once",
                violation_error_message="您已在这个列表保存过同名的筛选",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ExportFormat(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class ExportQuerySet(OwnQuerySet):
    def outdated(self, *, at) -> Self:
        """Exports whose file has been kept for long enough."""
        return self.filter(requested_at__lt=at - KEPT_FOR, removed_at__isnull=True).exclude(sha256="")


class Export(models.Model):
    """A list that a worker writes into a file; it is read by its maker alone, and for seven days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports", verbose_name="导出人")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="export", verbose_name="任务")
    slug = models.CharField("列表", max_length=40)
    query = models.TextField("条件", blank=True)
    format = models.CharField("格式", max_length=4, choices=ExportFormat)
    # By permission, the codes below which rows and columns were read: who has lost one of them since may not
    # have the file any longer.
    held = models.JSONField("范围", default=dict)
    row_count = models.PositiveIntegerField("条数", null=True)
    size = models.PositiveBigIntegerField("字节数", null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    requested_at = models.DateTimeField("导出时间", auto_now_add=True)
    removed_at = models.DateTimeField("文件删除时间", null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = "导出"
        indexes = [models.Index(fields=["user", "requested_at", "id"], name="export_of_user")]
        constraints = [
            models.CheckConstraint(
                name="export_file_is_whole",
                condition=Q(sha256="", size__isnull=True)
                | (~Q(sha256="") & Q(size__isnull=False, row_count__isnull=False)),
                violation_error_message="导出文件的校验值、大小与条数须同时存在",
            )
        ]

    def __str__(self) -> str:
        return f"{self.slug}.{self.format}"

    @property
    def expires_at(self):
        return self.requested_at + KEPT_FOR

    def is_covered_by(self, scope: Scope) -> bool:
        """Tell whether the scope reaches all that the file was made with."""
        return bool(self.held) and all(
            scope.covers(Permission(permission), code)
            for permission, codes in self.held.items()
            for code in codes
        )

    @property
    def has_file(self) -> bool:
        return bool(self.sha256) and self.removed_at is None
