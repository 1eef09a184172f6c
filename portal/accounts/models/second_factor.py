from binascii import unhexlify

from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts.history import tracked
from portal.lib.sealed import derived


def secret_of(key: str) -> bytes:
    """Return what the telephone knows: neither the stored key nor the portal's own tells it alone."""
    return derived(unhexlify(key), "second factor")


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

    @property
    def bin_key(self) -> bytes:
        return secret_of(self.key)
