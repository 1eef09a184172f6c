"""What the accounts' own pages ask; pages about other people's accounts are `portal.administration`'s."""

from dataclasses import dataclass

from portal.lib.dates import now

from .browsers import browser_words
from .models import SignIn, User
from .models.sign_in import SignInQuerySet

SHOWN = 30


@dataclass(frozen=True, kw_only=True)
class SignIns:
    """Sign-ins of a user, each with `browser` in words."""

    live: list[SignIn]
    past: list[SignIn]


def recent_sign_ins(user: User) -> SignIns:
    """Return a user's sign-ins that go on, and the last of those that are over; newest first."""
    found = list(SignIn.objects.scoped().filter(user=user).with_liveness(at=now())[:SHOWN])
    for each in found:
        each.browser = browser_words(each.agent)
    return SignIns(
        live=[each for each in found if each.is_live], past=[each for each in found if not each.is_live]
    )


def own_sign_in(user: User, key: int) -> SignInQuerySet:
    """Return a live sign-in of the user; nothing where it is somebody else's or over."""
    return SignIn.objects.scoped().filter(user=user, pk=key).live(at=now())


def other_sign_ins(user: User, *, than: SignInQuerySet) -> SignInQuerySet:
    """Return the sign-ins of a user except the one of this request."""
    return SignIn.objects.scoped().filter(user=user).exclude(pk__in=than.values("pk"))
