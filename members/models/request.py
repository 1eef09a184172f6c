from typing import Self

import pgtrigger
from django.apps import apps
from django.db import models
from django.db.models import Q

from associations.models import Association
from members.enums import IdentityCheck, RequestKind
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet, under_any

FAMILY = "members.family"


class PersonalDataRequestQuerySet(ScopedQuerySet):
    view_permission = Permission.VIEW_PEOPLE

    def visible_to(self, user: User, permission: Permission | None = None) -> Self:
        """Keep requests about people and about families as the user may see those; auditors see all."""
        if permission:
            return super().visible_to(user, permission)
        reach = {each: user.scope.prefixes_for(each) for each in READERS}
        about_family = Q(model=FAMILY)
        return self.filter(
            under_any(self.scope_path, reach[Permission.READ_AUDIT])
            | (under_any(self.scope_path, reach[Permission.VIEW_PEOPLE]) & ~about_family)
            | (under_any(self.scope_path, reach[Permission.VIEW_FAMILIES]) & about_family)
        ).scoped()


READERS = (Permission.VIEW_PEOPLE, Permission.VIEW_FAMILIES, Permission.READ_AUDIT)


class PersonalDataRequest(models.Model):
    """What was asked about somebody's data and done; it holds none of the data and is changed by nobody."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="personal_data_requests", verbose_name="办理协会"
    )
    kind = models.CharField("请求", max_length=15, choices=RequestKind)
    # The model and the key, and not a foreign key: the request outlives the record.
    model = models.CharField("记录类型", max_length=100)
    key = models.BigIntegerField("记录编号")
    received_on = models.DateField("收到日期")
    identity_check = models.CharField("身份核验", max_length=15, choices=IdentityCheck)
    reason = models.CharField("事由", max_length=200)
    done_at = models.DateTimeField("办结时间", auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="经办人")

    objects = PersonalDataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "个人信息请求"
        ordering = ["-done_at", "-pk"]
        indexes = [
            models.Index(fields=["done_at", "id"], name="personal_data_request_by_day"),
            models.Index(fields=["model", "key"], name="personal_data_request_about"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.received_on}"

    @property
    def about(self) -> str:
        """Name the record by its type and key."""
        return f"{apps.get_model(self.model)._meta.verbose_name} {self.key}"
