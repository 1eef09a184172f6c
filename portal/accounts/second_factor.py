"""The second factor: an app on the telephone makes a code; ten codes on paper stand in for a lost one."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlencode, urlsplit

import django_otp
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.util import random_hex

from portal.lib.key_checks import require_right_keys

from .models import SecondFactor, User
from .models.second_factor import secret_of
from .reach import refusal, require_power_over
from .recovery_codes import CODES, code_hash, new_code, plain

View = Callable[..., HttpResponseBase]
NAME = "手机验证码"
DIGITS = 6
STEP_SECONDS = 30
TOLERANCE = 1  # steps that the telephone's clock may be off


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """A new device and its recovery codes, which are told this once and kept as hashes."""

    device: SecondFactor
    codes: tuple[str, ...]


def second_factor_required(view: View) -> View:
    """Let pass whoever has given a code in this session; lead others to it, and then back here.

    It stands before the form as well as before what the form sends, so that nothing typed is lost. Put it
    inside the decorators that refuse: who may not see a page is not asked for a code either.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.user.is_verified():
            return view(request, *args, **kwargs)
        page = "accounts:verify" if device_of(request.user) else "accounts:enrol"
        url = f"{reverse(page)}?{urlencode({'next': _asked_from(request)})}"
        return HttpResponseClientRedirect(url) if request.htmx else redirect(url)

    return asked


def has_second_factor(user: User) -> bool:
    """Tell whether a code was given in this session; a token was given out to somebody who had done so."""
    return user.token is not None or user.is_verified()


def _asked_from(request: HttpRequest) -> str:
    if request.method in ("GET", "HEAD") and not request.htmx:
        return request.get_full_path()
    referrer = urlsplit(request.headers.get("Referer", ""))
    path = f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path
    return safe_path(request, path)


def safe_path(request: HttpRequest, path: str) -> str:
    """Return the path if it leads into the portal, else the home page."""
    is_safe = url_has_allowed_host_and_scheme(
        path, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return path if path and is_safe else "/"


def device_of(user: User) -> SecondFactor | None:
    """Return the device that the user has enrolled."""
    return SecondFactor.objects.filter(user=user, confirmed=True).first()


def codes_left(user: User) -> int:
    """Count the recovery codes that the user has not used."""
    return StaticToken.objects.filter(device__user=user).count()


def new_key() -> str:
    """Make the key of a new device; see `secret_of`."""
    return random_hex(20)


@transaction.atomic
def enrol(*, user: User, key: str, code: str) -> Enrolment:
    """Register the app that holds `key`, proved by a code that it makes now.

    Raises: RuleViolation for a wrong code, for a user who has a device.
    """
    # What the telephone is told follows from a key: under a wrong one it would be of no use to the right one.
    require_right_keys()
    User.objects.scoped().select_for_update().get(pk=user.pk)
    if device_of(user):
        raise refusal("enrolled", "已设置手机验证码；要更换手机，请先解除原来的")
    totp = TOTP(secret_of(key), STEP_SECONDS, 0, DIGITS, 0)
    totp.time = time.time()
    typed = plain(code)
    if not typed.isdecimal() or not totp.verify(int(typed), TOLERANCE):
        raise refusal("wrong_code", "验证码不正确，请核对手机的时间，输入应用当前显示的6位数字", field="code")
    device = SecondFactor.objects.create(
        user=user, name=NAME, key=key, confirmed=True, last_t=totp.t(), drift=totp.drift
    )
    return Enrolment(device=device, codes=renew_codes(user=user))


@transaction.atomic
def renew_codes(*, user: User) -> tuple[str, ...]:
    """Make ten new recovery codes; the older ones are dead."""
    StaticDevice.objects.select_for_update().filter(user=user).delete()
    paper = StaticDevice.objects.create(user=user, name="备用码", confirmed=True)
    codes = tuple(new_code() for _ in range(CODES))
    StaticToken.objects.bulk_create(StaticToken(device=paper, token=code_hash(code)) for code in codes)
    return codes


def check_code(*, user: User, code: str) -> SecondFactor | None:
    """Try a code of the app or one of the recovery codes; each works once, and wrong ones slow down the next.

    Return the user's device if the code was right.
    """
    device = device_of(user)
    typed = plain(code)
    if device is None or not typed:
        return None
    if typed.isdecimal() and len(typed) == DIGITS:
        return device if django_otp.verify_token(user, device.persistent_id, typed) else None
    paper = StaticDevice.objects.filter(user=user).first()
    is_right = paper and django_otp.verify_token(user, paper.persistent_id, code_hash(typed))
    return device if is_right else None


@transaction.atomic
def forget_device(*, user: User) -> None:
    """Take a user's device and recovery codes away."""
    SecondFactor.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def remove_from_above(*, user: User, by: User | None) -> None:
    """Take away a lost device, so that its user can enrol another one.

    Raises: RuleViolation outside the administrator's power.
    """
    require_power_over(by, user)
    forget_device(user=user)


def verified(request: HttpRequest, device: SecondFactor) -> None:
    """Note in the session that its user has given a code."""
    django_otp.login(request, device)
