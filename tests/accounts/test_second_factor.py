import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken

from portal.accounts import second_factor
from portal.accounts.models import SecondFactor, User
from portal.accounts.models.second_factor import secret_of
from portal.accounts.recovery_codes import code_hash
from portal.accounts.roles import ADMINISTRATOR
from portal.accounts.views.second_factor import KEY
from portal.accounts.waiting import WAITING
from portal.lib.findings import RuleViolation
from portal.lib.key_checks import REFUSED
from tests import factories

PASSWORD = "Correct-horse-1"
KEY_OF_ANOTHER = "11" * 20
TOKENS = "/accounts/tokens/"
ENROL = "/accounts/second-factor/enrol/"
VERIFY = "/accounts/second-factor/verify/"


def code_of(key: str) -> str:
    return f"{TOTP(secret_of(key)).token():06d}"


def forget_failures(user):
    SecondFactor.objects.filter(user=user).update(
        throttling_failure_timestamp=None, throttling_failure_count=0
    )


@pytest.fixture
def device(office):
    return SecondFactor.objects.create(user=office, name="手机", key="22" * 20)


def enrol(client, code=None, password=PASSWORD, leads_to=TOKENS):
    key = client.get(ENROL) and client.session[KEY]
    values = {"code": code or code_of(key), "old_password": password}
    return client.post(f"{ENROL}?{urlencode({'next': leads_to})}", values)


def test_page_behind_it_leads_to_enrolment_and_back(client, office):
    client.force_login(office)

    asked = client.get(f"{TOKENS}?state=live")
    done = enrol(client, leads_to=f"{TOKENS}?state=live")

    assert asked["Location"] == f"{ENROL}?next=%2Faccounts%2Ftokens%2F%3Fstate%3Dlive"
    assert done.status_code == 200
    assert f'href="{TOKENS}?state=live"' in done.content.decode()
    assert client.get(TOKENS).status_code == 200


def test_enrolment_shows_ten_codes_once_and_keeps_their_hashes(client, office):
    client.force_login(office)

    page = enrol(client)

    shown = re.findall(r"<li>([a-z0-9-]{19})</li>", page.content.decode())
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(set(shown)) == 10
    assert kept == {code_hash(code) for code in shown}
    assert (page.context["codes"], KEY in client.session) == (tuple(shown), False)
    assert client.get(ENROL)["Location"] == "/accounts/second-factor/"


def test_enrolment_shows_the_key_as_a_picture_and_as_text(client, office):
    client.force_login(office)

    first, second = client.get(ENROL), client.get(ENROL)

    assert first.context["secret"] == second.context["secret"]
    assert first.content.decode().count("<svg xmlns") == 1
    assert "style=" not in first.context["picture"]


@pytest.mark.parametrize(
    ("code", "password", "field"),
    [("000000", PASSWORD, "code"), ("12345x", PASSWORD, "code"), (None, "wrong", "old_password")],
)
def test_wrong_code_or_password_enrols_nothing(client, office, code, password, field):
    client.force_login(office)

    page = enrol(client, code=code, password=password)

    assert list(page.context["form"].errors) == [field]
    assert SecondFactor.objects.count() == 0


def test_nobody_enrols_with_the_keys_of_another_database(client, office, settings):
    settings.PERSONAL_DATA_SEARCH_KEY = b"x" * 32
    client.force_login(office)

    page = enrol(client)

    assert [str(error) for error in page.context["form"].non_field_errors()] == [REFUSED]
    assert SecondFactor.objects.count() == 0


def test_second_device_is_refused(office, device):
    with pytest.raises(RuleViolation) as refused:
        second_factor.enrol(user=office, key=KEY_OF_ANOTHER, code=code_of(KEY_OF_ANOTHER))

    assert [finding.code for finding in refused.value.findings] == ["enrolled"]


def test_device_is_asked_for_once_a_session(client, office, device):
    client.force_login(office)

    asked = client.get(TOKENS)
    given = client.post(f"{VERIFY}?next={TOKENS}", {"code": code_of(device.key)})

    assert asked["Location"] == f"{VERIFY}?next=%2Faccounts%2Ftokens%2F"
    assert given["Location"] == TOKENS
    assert client.get(TOKENS).status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_code_never_leads_to_another_site(client, office, device, elsewhere):
    client.force_login(office)

    given = client.post(f"{VERIFY}?{urlencode({'next': elsewhere})}", {"code": code_of(device.key)})

    assert given["Location"] == "/"


def test_code_works_once_and_a_wrong_one_slows_down_the_next(office, device):
    code = code_of(device.key)

    assert second_factor.check_code(user=office, code=code) == device
    assert second_factor.check_code(user=office, code=code) is None
    device.refresh_from_db()
    assert device.throttling_failure_count == 1


def test_right_code_at_once_after_a_wrong_one_is_refused(office, device):
    second_factor.check_code(user=office, code="000000")
    # The sixth wrong one asks for half a minute: longer than this test may take on a busy machine.
    SecondFactor.objects.update(throttling_failure_count=6)

    at_once = second_factor.check_code(user=office, code=code_of(device.key))
    forget_failures(office)

    assert at_once is None
    assert second_factor.check_code(user=office, code=code_of(device.key)) == device


def test_recovery_code_works_once_however_it_is_typed(office, device):
    first, *_ = second_factor.renew_codes(user=office)

    used = second_factor.check_code(user=office, code=f" {first.upper().replace('-', ' ')} ")
    again = second_factor.check_code(user=office, code=first)

    assert (used, again) == (device, None)
    assert second_factor.codes_left(office) == 9


def test_new_recovery_codes_kill_the_old_ones(client, office, device):
    old, *_ = second_factor.renew_codes(user=office)
    client.force_login(office)
    factories.verify(client, office)

    page = client.post("/accounts/second-factor/codes/")

    assert len(page.context["codes"]) == 10
    assert second_factor.check_code(user=office, code=old) is None


@pytest.mark.parametrize("code", ["", "   ", "①②③④⑤⑥", "\x00", "x" * 41, "-1", "999999999999"])
def test_nonsense_is_a_wrong_code(client, office, device, code):
    client.force_login(office)

    page = client.post(VERIFY, {"code": code})

    assert list(page.context["form"].errors) == ["code"]


def test_sign_in_asks_for_the_code_after_the_password(client, office, device):
    first = client.post(
        f"/accounts/sign-in/?next={TOKENS}", {"username": "office", "password": PASSWORD, "next": TOKENS}
    )
    between = client.get(TOKENS)
    wrong = client.post("/accounts/sign-in/code/", {"code": "000000"})
    forget_failures(office)
    right = client.post("/accounts/sign-in/code/", {"code": code_of(device.key)})

    assert first["Location"] == "/accounts/sign-in/code/"
    assert between["Location"].startswith("/accounts/sign-in/")
    assert list(wrong.context["form"].errors) == ["code"]
    assert (right["Location"], client.get(TOKENS).status_code) == (TOKENS, 200)
    assert WAITING not in client.session


def late(client, user):
    session = client.session
    session[WAITING] |= {"at": session[WAITING]["at"] - 5 * 60 - 1}
    session.save()


def deactivated(client, user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def with_new_password(client, user):
    user.set_password("Other-horse-22")
    user.save()


@pytest.mark.parametrize("change", [late, deactivated, with_new_password])
def test_code_comes_too_late(client, office, device, change):
    client.post("/accounts/sign-in/", {"username": "office", "password": PASSWORD})
    change(client, office)

    answer = client.post("/accounts/sign-in/code/", {"code": code_of(device.key)})

    assert answer["Location"] == "/accounts/sign-in/"
    assert "_auth_user_id" not in client.session


def test_removed_device_ends_the_verification_of_open_sessions(client, office, device):
    client.force_login(office)
    factories.verify(client, office)

    client.post("/accounts/second-factor/remove/")

    assert SecondFactor.objects.count() == 0
    assert client.get(TOKENS)["Location"].startswith(ENROL)


def test_every_change_of_a_device_is_on_record_without_its_key(office, device):
    device.delete()

    events = apps.get_model("accounts", "SecondFactorEvent").objects.filter(user=office)
    assert list(events.order_by("pgh_id").values_list("pgh_label", flat=True)) == ["insert", "delete"]
    assert "key" not in [field.name for field in events.model._meta.fields]


def test_page_that_is_not_there_for_somebody_asks_for_no_code(client, office):
    client.force_login(office)

    assert client.get("/accounts/users/invite/").status_code == 404


def test_form_that_was_open_leads_back_to_itself(client, city, county):
    client.force_login(factories.user((ADMINISTRATOR, city), association=city))
    clerk = factories.user(association=county)
    page = f"/accounts/users/{clerk.pk}/grant/"

    sent = client.post(page, {"role": "office"}, headers={"referer": f"http://testserver{page}"})

    assert sent["Location"] == f"{ENROL}?{urlencode({'next': page})}"


def test_clock_may_be_off_by_one_step(office, device):
    totp = TOTP(device.bin_key)
    totp.time -= timedelta(seconds=30).total_seconds()

    assert second_factor.check_code(user=office, code=f"{totp.token():06d}") == device


def test_stored_key_alone_makes_no_code(office):
    device = SecondFactor.objects.create(user=office, key=second_factor.new_key(), confirmed=True)
    guessed, right = (f"{TOTP(key).token():06d}" for key in (bytes.fromhex(device.key), device.bin_key))

    assert second_factor.check_code(user=office, code=guessed) is None
    device.throttle_reset()
    assert second_factor.check_code(user=office, code=right) == device
