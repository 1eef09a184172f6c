import hashlib
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, ExpressionWrapper, Func, OuterRef, Q

from portal.accounts.enums import SignInEnd
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .user import User


class KeyHash(Func):
    """SHA-256 of a session's key, as `SignIn.hash_of` writes it."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = models.CharField()


class SignInQuerySet(ScopedQuerySet):
    scope_path = "user__association__code"
    view_permission = Permission.MANAGE_USERS

    def with_liveness(self, *, at: datetime) -> Self:
        """Add `is_live`: the session would be let in now. One that rested too long leaves no end."""
        rows = Session.objects.filter(expire_date__gt=at).annotate(key_hash=KeyHash("session_key"))
        beginning = at - timedelta(seconds=settings.SESSION_ABSOLUTE_AGE)
        is_open = Q(ended_at__isnull=True, at__gte=beginning)
        return self.annotate(
            is_live=ExpressionWrapper(
                is_open & Q(Exists(rows.filter(key_hash=OuterRef("session_hash")))),
                output_field=models.BooleanField(),
            )
        )

    def live(self, *, at: datetime) -> Self:
        return self.with_liveness(at=at).filter(is_live=True)


class SignIn(models.Model):
    """Somebody signed in: from where, with what, and how it ended."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins", verbose_name="用户")
    # The key itself would let whoever reads this table take over the session.
    session_hash = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField("登录时间", auto_now_add=True)
    address = models.GenericIPAddressField("网络地址", null=True, blank=True)
    agent = models.CharField("浏览器", max_length=300, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ending = models.CharField("结束方式", max_length=20, choices=SignInEnd, blank=True)

    # Of rows that were read `with_liveness`, and of those that a page puts into words.
    is_live: bool
    browser: str

    objects = SignInQuerySet.as_manager()

    class Meta:
        verbose_name = "登录记录"
        ordering = ["-at"]
        indexes = [models.Index(fields=["user", "at"], name="sign_in_by_user")]
        constraints = [
            models.CheckConstraint(
                name="sign_in_end_is_told",
                condition=Q(ended_at__isnull=True, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
                violation_error_message="结束时间和结束方式须同时填写",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%Y-%m-%d %H:%M}"

    @staticmethod
    def hash_of(session_key: str) -> str:
        return hashlib.sha256(session_key.encode()).hexdigest()
