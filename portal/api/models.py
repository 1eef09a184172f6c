from django.db import models

from portal.accounts.models import User


class KeyedRequest(models.Model):
    """A write that a client named by an Idempotency-Key, and the record that it made."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name="用户")
    key = models.CharField(max_length=100)
    # Of the address and the body: a key that comes again with another request is the client's mistake.
    digest = models.CharField(max_length=64)
    record_key = models.CharField(max_length=36, null=True)
    created_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "接口写入"
        indexes = [models.Index(fields=["created_at"], name="keyed_request_age")]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="keyed_request_once")]

    def __str__(self) -> str:
        return self.key
