import hashlib
import secrets
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from portal.accounts.enums import LinkPurpose
from portal.accounts.history import tracked
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .user import User


class AccessLinkQuerySet(ScopedQuerySet):
    scope_path = "user__association__code"
    view_permission = Permission.MANAGE_USERS

    def open(self) -> Self:
        """Neither used nor revoked; it may have run out."""
        return self.filter(used_at__isnull=True, revoked_at__isnull=True)

    def live(self, *, at: datetime) -> Self:
        return self.open().filter(expires_at__gt=at, user__is_active=True)


@tracked(exclude=("secret_hash",))
class AccessLink(models.Model):
    """An address that works once and for a time: whoever was sent it sets the password of its user."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="links", verbose_name="用户")
    purpose = models.CharField("用途", max_length=10, choices=LinkPurpose)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="建立人"
    )
    expires_at = models.DateTimeField("到期时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    revoked_at = models.DateTimeField("作废时间", null=True, blank=True)

    objects = AccessLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "设密码链接"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                name="link_one_open_a_user",
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                violation_error_message="该用户已有一个有效的链接",
            ),
            models.CheckConstraint(
                name="link_ends_one_way",
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                violation_error_message="链接不能既已使用又已作废",
            ),
            models.CheckConstraint(
                name="link_expires_later",
                condition=Q(expires_at__gt=F("created_at")),
                violation_error_message="到期时间须晚于建立时间",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.user}"

    @staticmethod
    def new_secret() -> str:
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(secret: str) -> str:
        # As with tokens: 256 random bits need no slow hash.
        return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
