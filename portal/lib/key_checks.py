"""The check values that the database keeps, and the refusal to seal anything with other keys."""

from functools import lru_cache

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from .findings import Finding, RuleViolation, Severity
from .keys import SEARCH, check_values, misfits, newest, place_of
from .models import KeyCheck

REFUSED = "系统的密钥与数据库不符，暂不能保存身份证号等加密内容，请联系系统管理员"
UNPROVEN = "数据库还没有登记密钥校验值，请运行 manage.py migrate"


class WrongKeys(RuleViolation):
    """Nothing is sealed: it would lie among values of other keys, and the right ones would not open it."""

    def __init__(self) -> None:
        super().__init__([Finding(code="wrong_keys", severity=Severity.ERROR, message=REFUSED)])


def recorded() -> dict[str, str]:
    """Return the check values that the database keeps, by the name of the key."""
    return dict(KeyCheck.objects.order_by("name").values_list("name", "value"))


def key_faults() -> list[str]:
    """Say what is wrong with the keys in the settings, for whoever runs the portal; nothing if they fit."""
    kept = recorded()
    return list(misfits(kept).values()) if SEARCH in kept else [UNPROVEN]


def record(*names: str) -> None:
    """Keep the check values of these keys, which have proven to be right or are new."""
    own = check_values()
    rows = [KeyCheck(name=name, value=own[name]) for name in names]
    # Two processes may use a new key for the first time at one moment; both have the same to say.
    KeyCheck.objects.bulk_create(rows, ignore_conflicts=True)


def forget(*names: str) -> None:
    """Drop the check values of keys that nothing is sealed with any longer."""
    KeyCheck.objects.filter(name__in=names).delete()


@sensitive_variables()
def require_right_keys() -> None:
    """Let pass who holds the keys of this database, and record a key that is used for the first time.

    Raises: WrongKeys.
    """
    prove(tuple(settings.PERSONAL_DATA_KEYS.items()), settings.PERSONAL_DATA_SEARCH_KEY)


@lru_cache(maxsize=1)
@sensitive_variables()
def prove(ring: tuple[tuple[str, bytes], ...], search_key: bytes) -> None:
    # Asked once a process and ring: a refusal is an exception, which is not kept.
    kept = recorded()
    if SEARCH not in kept or misfits(kept):
        raise WrongKeys
    if newest() not in kept:
        record(newest())


def proofs() -> list[str]:
    """List the keys that the database knows and that fit, as whoever runs the portal calls them."""
    kept = recorded()
    wrong = misfits(kept)
    return [place_of(name) for name in kept if name not in wrong]
