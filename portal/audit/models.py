import pgtrigger
from django.db import models
from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .enums import Channel


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
            models.Index(fields=["user", "at"], name="look_reveals", condition=Q(channel=Channel.REVEAL)),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%Y-%m-%d %H:%M} {self.model} {self.key}"
