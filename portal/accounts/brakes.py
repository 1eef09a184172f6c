"""The slower brakes on guessing passwords: on a name from any address, on an address whatever the name.

The quick one, on a name at an address, is counted by django-axes in the database.
"""

from django.conf import settings

from portal.lib.limits import Limit

NAME, ADDRESS = "sign-in-name", "sign-in-address"


def brakes_on(
    *, username: str, address: str, by_known_browser: bool, from_known_address: bool
) -> list[Limit]:
    """Return the limits that a try to sign in counts towards, and that may refuse it."""
    is_known = by_known_browser or from_known_address
    found = [_on_name(username, is_known=is_known)]
    # Behind one address there may be a thousand colleagues of whoever guesses.
    return found if by_known_browser or not address else [*found, _on_address(address)]


def brakes_on_name(username: str) -> list[Limit]:
    """Return all limits on a name: strangers count by themselves, so that they shut out strangers only."""
    return [_on_name(username, is_known=False), _on_name(username, is_known=True)]


def _on_name(username: str, *, is_known: bool) -> Limit:
    whose = f"{'known' if is_known else 'unknown'} {username}"
    return Limit(kind=NAME, whose=whose, rate=settings.SIGN_IN_NAME_LIMIT)


def _on_address(address: str) -> Limit:
    return Limit(kind=ADDRESS, whose=address, rate=settings.SIGN_IN_ADDRESS_LIMIT)
