from django.db import models

from portal.accounts.history import tracked

from .importing.models import ImportBatch, ImportedRow

__all__ = ["ImportBatch", "ImportedRow", "StoredFile"]


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
