import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet, under_any

from .enums import Topic


class MessageQuerySet(ScopedQuerySet):
    def visible_to(self, user: User, permission: Permission | None = None) -> Self:
        """Keep the user's own messages, without those about places that are no longer theirs."""
        prefixes = user.scope.prefixes_for(permission or self.view_permission)
        reachable = Q(association__isnull=True) | under_any(self.scope_path, prefixes)
        return self.filter(reachable, user=user).scoped()

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def on(self, topic: Topic) -> Self:
        return self.filter(topic=topic)


class Message(models.Model):
    """One sentence for one user about something that happened, and where to go on; it names no person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="inbox", verbose_name="收件人")
    topic = models.CharField("类型", max_length=10, choices=Topic)
    text = models.CharField("内容", max_length=300)
    url = models.CharField(max_length=300, blank=True)
    association = models.ForeignKey(
        "associations.Association",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="协会",
    )
    # What the message is about: the same is told to the same user once, however often it is found.
    key = models.CharField(max_length=150)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)
    mailed_at = models.DateTimeField("邮件时间", null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "消息"
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="message_list"),
            models.Index(fields=["user"], name="message_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["created_at"], name="message_unmailed", condition=Q(mailed_at__isnull=True)),
        ]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="message_once")]

    def __str__(self) -> str:
        return self.text
