from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts.history import tracked


@tracked(
    exclude=(
        "key",
        "drift",
        "last_t",
        "last_used_at",
        "throttling_failure_timestamp",
        "throttling_failure_count",
    )
)
class SecondFactor(TOTPDevice):
    """An app on a user's telephone that makes codes; kept by django-otp, named here to have a history."""

    class Meta:
        proxy = True
        verbose_name = "第二验证"
