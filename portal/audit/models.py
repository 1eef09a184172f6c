import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .enums import WHOLE, Channel, DisclosureChannel

# The name is what tells the tables of the trail from others (`securing`).
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def recorded_field(model: type[models.Model]) -> str:
    """Return the field that tells when a row was recorded, of a model whose rows nobody may change, or ""."""
    if not any(trigger.name == APPEND_ONLY.name for trigger in getattr(model._meta, "triggers", ())):
        return ""
    fields = model._meta.concrete_fields
    return next((field.name for field in fields if getattr(field, "auto_now_add", False)), "")


class LookQuerySet(ScopedQuerySet):
    scope_path = "association_code"
    view_permission = Permission.READ_AUDIT


class Look(models.Model):
    """Somebody was shown a sensitive record; written before it is shown, changed and deleted by nobody."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="用户")
    at = models.DateTimeField("时间", auto_now_add=True)
    channel = models.CharField("途径", max_length=10, choices=Channel)
    # The model and the key, and not a foreign key: the look outlives the record.
    model = models.CharField("记录类型", max_length=100)
    key = models.BigIntegerField("记录编号")
    association_code = models.CharField("协会代码", max_length=20, db_collation="C")
    purpose = models.CharField("事由", max_length=200, blank=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = "敏感信息查看记录"
        indexes = [
            models.Index(fields=["association_code", "at"], name="look_by_association"),
            models.Index(fields=["model", "key"], name="look_by_record"),
            # How often somebody had full values shown today, however many lists they were shown besides.
            models.Index(fields=["user", "at"], name="look_reveals", condition=Q(channel__in=WHOLE)),
            models.Index(fields=["at", "id"], name="look_by_time"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%Y-%m-%d %H:%M} {self.model} {self.key}"


class DisclosureQuerySet(ScopedQuerySet):
    scope_path = "association_code"
    view_permission = Permission.READ_AUDIT


class Disclosure(models.Model):
    """Somebody was sent personal data as a file or an answer; written before it leaves, changed by nobody."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="用户")
    at = models.DateTimeField("时间", auto_now_add=True)
    channel = models.CharField("途径", max_length=10, choices=DisclosureChannel)
    # The name of a list, and not a foreign key: what was sent outlives the list.
    kind = models.CharField("内容", max_length=40)
    row_count = models.PositiveIntegerField("条数")
    # What people typed freely stands masked: this table holds no names.
    query = models.CharField("条件", max_length=2000, blank=True)
    # Below which all rows lie: the beginning that the codes of a reach in several places share.
    association_code = models.CharField("范围", max_length=20, blank=True, db_collation="C")
    purpose = models.CharField("事由", max_length=200, blank=True)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        verbose_name = "个人信息取出记录"
        indexes = [
            models.Index(fields=["association_code", "at"], name="disclosure_by_association"),
            models.Index(fields=["user", "at"], name="disclosure_by_user"),
            models.Index(fields=["at", "id"], name="disclosure_by_time"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%Y-%m-%d %H:%M} {self.kind} {self.row_count}"


class Seal(models.Model):
    """What the trail held of a day: a digest of its rows in each table, chained to the day before."""

    day = models.DateField("日期", unique=True)
    # {table: {"rows": count, "columns": […], "digest": hexadecimal}}, without tables that had no rows.
    tables = models.JSONField("各表摘要")
    previous = models.CharField("前一日摘要", max_length=64, blank=True)
    digest = models.CharField("摘要", max_length=64)
    sealed_at = models.DateTimeField("封存时间", auto_now_add=True)

    class Meta:
        verbose_name = "操作记录封存"
        ordering = ["day"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.day} {self.digest[:12]}"


class ErasedRow(models.Model):
    """A row of the trail in which personal data was blanked; written by a function of the database alone."""

    table = models.CharField("表", max_length=63)
    key = models.CharField("行", max_length=40)
    happened_at = models.DateTimeField("原记录时间")
    # The digests are taken over these columns, the ones that the day's seal counts.
    columns = ArrayField(models.CharField(max_length=63), verbose_name="列")
    before = models.BinaryField("清除前摘要")
    after = models.BinaryField("清除后摘要")
    fields = ArrayField(models.CharField(max_length=63), verbose_name="清除的项目")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="经办人")
    reason = models.CharField("理由", max_length=200)
    erased_at = models.DateTimeField("清除时间")

    class Meta:
        verbose_name = "操作记录清除"
        indexes = [
            models.Index(fields=["table", "key"], name="erased_by_row"),
            models.Index(fields=["erased_at", "id"], name="erased_by_time"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
