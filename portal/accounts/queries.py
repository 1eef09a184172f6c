"""What the accounts' own pages ask; pages about other people's accounts are `portal.administration`'s."""

from portal.lib.dates import now

from .browsers import browser_words
from .models import SignIn, User
from .models.sign_in import SignInQuerySet

SHOWN = 20


def live_sign_ins(user: User) -> list[SignIn]:
    """Return the sign-ins of a user whose session goes on, newest first, each with `browser` in words."""
    return _in_words(SignIn.objects.scoped().filter(user=user).live(at=now()))


def past_sign_ins(user: User) -> list[SignIn]:
    """Return the last sign-ins of a user that are over, newest first, each with `browser` in words."""
    mine = SignIn.objects.scoped().filter(user=user)
    return _in_words(mine.exclude(pk__in=mine.live(at=now()).values("pk"))[:SHOWN])


def own_sign_in(user: User, key: int) -> SignInQuerySet:
    """Return a live sign-in of the user; nothing where it is somebody else's or over."""
    return SignIn.objects.scoped().filter(user=user, pk=key).live(at=now())


def other_sign_ins(user: User, *, than: SignInQuerySet) -> SignInQuerySet:
    """Return the sign-ins of a user except the one of this request."""
    return SignIn.objects.scoped().filter(user=user).exclude(pk__in=than.values("pk"))


def _in_words(sign_ins: SignInQuerySet) -> list[SignIn]:
    found = list(sign_ins)
    for each in found:
        each.browser = browser_words(each.agent)
    return found
