import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from associations.models import Association
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet
from portal.jobs.models import Job


class ReportKind(models.TextChoices):
    QUOTA = "quota", "基层一线比例合规报告"
    REFORM = "reform", "改革进展报告"


class ReportFormat(models.TextChoices):
    PDF = "pdf", "PDF"
    XLSX = "xlsx", "XLSX"
    JSON = "json", "JSON"


class ReportQuerySet(ScopedQuerySet):
    view_permission = Permission.MAKE_REPORTS

    def without_content(self) -> Self:
        """Leave the figures in the database, where a list does not show them."""
        return self.defer("content")

    def of_batch(self, batch: Job) -> Self:
        return self.filter(job__parent=batch)


class Report(models.Model):
    """A report that was asked for; once made, `content` holds its figures and makes the same files again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类型", max_length=10, choices=ReportKind)
    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="reports", verbose_name="协会"
    )
    on = models.DateField("截至日期")
    formats = ArrayField(models.CharField(max_length=5, choices=ReportFormat), verbose_name="格式")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="report")
    content = models.JSONField(null=True, blank=True)
    requested_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    requested_at = models.DateTimeField("发起时间", auto_now_add=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "报告"
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return f"{self.association} {self.get_kind_display()} {self.on}"


class ReportFile(models.Model):
    """One file of a report, named for people and kept under its hash."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files")
    format = models.CharField(max_length=5, choices=ReportFormat)
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("字节数")

    class Meta:
        verbose_name = "报告文件"
        constraints = [models.UniqueConstraint(fields=["report", "format"], name="report_file_once")]

    def __str__(self) -> str:
        return self.name
