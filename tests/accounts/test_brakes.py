"""Guessing passwords from many addresses, or of many names, and whom it must not shut out."""

from importlib import import_module

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.db import IntegrityError, connection, transaction
from django.test import Client

from portal.accounts import lockouts
from portal.accounts.models import SignIn
from portal.lib import limits

SIGN_IN = "/accounts/sign-in/"
PASSWORD = "Correct-horse-1"
A_DAY = 86_400
HOME, OFFICE_ADDRESS = "192.0.2.7", "192.0.2.99"


@pytest.fixture(autouse=True)
def _light_hashes(settings):
    """Forty guesses at a hash that is made to be slow would take half a minute."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def sign_in(client, username, password=PASSWORD, address=HOME):
    return client.post(SIGN_IN, {"username": username, "password": password}, REMOTE_ADDR=address)


def guess_from_ten_addresses(username, times=40):
    return [sign_in(Client(), username, "wrong", f"10.0.0.{each % 10}").status_code for each in range(times)]


def guess_forty_names(address):
    return [sign_in(Client(), f"name{each}", "wrong", address).status_code for each in range(40)]


@pytest.mark.parametrize("username", ["office", "nobody"])
def test_guesses_at_one_name_from_many_addresses_are_refused_after_twenty(office, username):
    assert guess_from_ten_addresses(username) == [200] * 19 + [429] * 21

    refused = sign_in(Client(), username)

    assert refused.status_code == 429
    assert "30 分钟内在多处登录失败 20 次" in refused.content.decode()


def test_strangers_do_not_shut_out_a_user_where_they_signed_in_before(client, office):
    sign_in(client, "office", address=OFFICE_ADDRESS)
    client.post("/accounts/sign-out/")
    guess_from_ten_addresses("office")

    known_browser = sign_in(client, "office", address=HOME)
    known_address = sign_in(Client(), "office", address=OFFICE_ADDRESS)
    neither = sign_in(Client(), "office", address="192.0.2.8")

    assert [answer.status_code for answer in (known_browser, known_address, neither)] == [302, 302, 429]


def test_browser_is_known_for_its_own_user_only(client, office, neighbour):
    sign_in(client, "neighbour")
    guess_from_ten_addresses("office")

    assert sign_in(client, "office").status_code == 429


def test_cookie_of_a_known_browser_cannot_be_made_up(client, office):
    sign_in(client, "office")
    name = next(name for name in client.cookies if name.startswith("known-"))
    SignIn.objects.scoped().update(address=OFFICE_ADDRESS)
    guess_from_ten_addresses("office")

    made_up = Client()
    made_up.cookies[name] = "1"

    assert sign_in(made_up, "office").status_code == 429
    cookie = client.cookies[name]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/accounts/")
    assert "office" not in name + cookie.value


def test_known_places_are_limited_too(client, office):
    sign_in(client, "office")

    guesses = [sign_in(client, "office", "wrong", f"10.0.0.{each % 10}").status_code for each in range(25)]

    assert guesses == [200] * 19 + [429] * 6


def test_guesses_at_many_names_from_one_address_are_refused_after_thirty(office):
    assert guess_forty_names(HOME) == [200] * 29 + [429] * 11

    here, elsewhere = sign_in(Client(), "office"), sign_in(Client(), "office", address=OFFICE_ADDRESS)

    assert [here.status_code, elsewhere.status_code] == [429, 302]
    assert "10 分钟内已失败 30 次" in here.content.decode()


def test_guesser_does_not_shut_out_colleagues_behind_the_same_address(client, office):
    sign_in(client, "office")
    client.post("/accounts/sign-out/")
    guess_forty_names(HOME)

    assert sign_in(client, "office").status_code == 302


def test_unlocking_a_user_lets_them_in_from_everywhere(office):
    guess_from_ten_addresses("office")
    until = lockouts.locked_until("office")

    lockouts.lift(office)

    assert until is not None
    assert lockouts.locked_until("office") is None
    assert sign_in(Client(), "office").status_code == 302


def test_tries_while_locked_are_not_on_record_and_do_not_move_the_end(office):
    guess_from_ten_addresses("office", times=20)
    before = lockouts.locked_until("office")

    guess_from_ten_addresses("office", times=5)

    assert AccessFailureLog.objects.count() == 20
    assert abs((lockouts.locked_until("office") - before).total_seconds()) < 1


@pytest.mark.parametrize("which", ["closed_broker", "frozen_broker"])
def test_broker_that_is_away_lets_people_in_and_says_so(
    office, settings, which, request, caplog, monkeypatch
):
    monkeypatch.setattr(limits, "REST_SECONDS", A_DAY)
    settings.REDIS_URL = request.getfixturevalue(which)

    guesses = guess_forty_names(HOME)
    right = sign_in(Client(), "office")

    assert (guesses, right.status_code) == ([200] * 40, 302)
    events = [record.msg["event"] for record in caplog.records if isinstance(record.msg, dict)]
    assert events.count("limits_not_counted") == 1


def test_lock_of_a_name_at_an_address_needs_no_broker(office, settings, closed_broker):
    settings.REDIS_URL = closed_broker

    guesses = [sign_in(Client(), "office", "wrong").status_code for _ in range(6)]

    assert guesses == [200] * 4 + [429] * 2


def test_failure_keeps_the_name_of_a_user_and_a_hash_of_any_other(office):
    sign_in(Client(), "office", "wrong")
    sign_in(Client(), "My-secret-9", "wrong")
    sign_in(Client(), "My-secret-9", "wrong")

    known, first, second = AccessFailureLog.objects.order_by("pk").values_list("username", flat=True)

    assert known == "office"
    assert first == second
    assert first.startswith("?")
    assert "secret" not in first


def test_failure_keeps_nothing_of_the_request(office):
    Client().post(f"{SIGN_IN}?next=/a-place/", {"username": "office", "password": "wrong", "note": "typed"})

    attempt = AccessAttempt.objects.get()
    failure = AccessFailureLog.objects.get()

    assert [attempt.get_data, attempt.post_data] == ["", ""]
    assert {each.path_info for each in (attempt, failure)} == {""}
    assert {each.http_accept for each in (attempt, failure)} == {""}


@pytest.mark.parametrize("column", ["get_data", "post_data", "path_info", "http_accept"])
def test_database_takes_nothing_of_a_request(db, column):
    with pytest.raises(IntegrityError, match="accounts_no_request_is_kept"), transaction.atomic():
        AccessAttempt.objects.create(username="office", failures_since_start=1, **{column: "sent"})


def test_upgrade_empties_what_was_kept_of_requests(office):
    migration = import_module("portal.accounts.migrations.0004_empty_kept_requests")
    sent = {"path_info": "/accounts/password/", "http_accept": "text/html", "user_agent": "A"}
    with connection.cursor() as cursor:
        cursor.execute(migration.BACK)
        AccessAttempt.objects.create(
            username="office", failures_since_start=1, post_data="new_password1=typed", **sent
        )
        for username in ("office", "My-secret-9"):
            AccessFailureLog.objects.create(username=username, **sent)

        cursor.execute(migration.FORWARD)

    assert AccessAttempt.objects.count() == 0
    kept = AccessFailureLog.objects.order_by("pk").values_list("username", "path_info", "http_accept")
    assert list(kept) == [("office", "", ""), ("?", "", "")]
