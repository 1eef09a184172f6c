"""What the application's role can do to the record of sign-ins, and that the portal needs no more."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import InternalError, ProgrammingError, connection, transaction

from portal.accounts.enums import SignInEnd
from portal.accounts.jobs import clear_outdated
from portal.accounts.models import SignIn
from portal.lib.dates import now

PASSWORD, NEW_PASSWORD = "Correct-horse-1", "Other-horse-22"


@pytest.fixture
def signed_in(office):
    """The clerk's sign-ins, one of today and one of each of these days ago."""
    today = SignIn.objects.create(user=office, session_hash="0" * 64)
    for days in (185, 365, 367):
        old = SignIn.objects.create(user=office, session_hash=f"{days:064}")
        SignIn.objects.scoped().filter(pk=old.pk).update(at=now() - timedelta(days=days))
    return today


@pytest.fixture
def failed(db):
    """Sign-ins that failed so many days ago."""
    for days in (0, 365, 367):
        failure = AccessFailureLog.objects.create(username=f"{days}", path_info="/", user_agent="")
        AccessFailureLog.objects.filter(pk=failure.pk).update(attempt_time=now() - timedelta(days=days))


def ask(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def sign_in(client, user, password=PASSWORD):
    return client.post("/accounts/sign-in/", {"username": user.username, "password": password})


def ages(model, field):
    return sorted((now() - at).days for at in model._base_manager.values_list(field, flat=True))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM accounts_signin",
        "UPDATE accounts_signin SET address = '10.0.0.1'",
        "UPDATE accounts_signin SET at = now() - interval '400 days'",
        "UPDATE accounts_signin SET user_id = user_id",
        "UPDATE accounts_signin SET agent = ''",
        "TRUNCATE accounts_signin",
        "DELETE FROM axes_accessfailurelog",
        "UPDATE axes_accessfailurelog SET username = ''",
        "TRUNCATE axes_accessfailurelog",
    ],
)
def test_record_of_sign_ins_cannot_be_changed(transactional_db, signed_in, failed, as_application, statement):
    with pytest.raises(ProgrammingError, match="permission denied for table"):
        ask(statement)


@pytest.mark.parametrize("before", ["now()", "now() - interval '183 days'", "'infinity'", "NULL"])
def test_recent_sign_ins_cannot_be_cleared(transactional_db, signed_in, failed, as_application, before):
    with pytest.raises(InternalError, match="kept for 184 days"):
        ask(f"SELECT accounts_clear_sign_ins({before})")

    assert (SignIn.objects.scoped().count(), AccessFailureLog.objects.count()) == (4, 3)


def test_sign_ins_of_half_a_year_can_be_cleared(transactional_db, signed_in, as_application):
    ask("SELECT accounts_clear_sign_ins(now() - interval '184 days')")

    assert ages(SignIn, "at") == [0]


def test_outdated_are_cleared_every_night(transactional_db, signed_in, failed, as_application):
    Session.objects.create(session_key="ended", session_data="", expire_date=now() - timedelta(seconds=1))

    clear_outdated()

    assert ages(SignIn, "at") == [0, 185, 365]
    assert ages(AccessFailureLog, "attempt_time") == [0, 365]
    assert Session.objects.count() == 0


def test_sign_in_and_out_are_on_record(transactional_db, client, office, as_application):
    sign_in(client, office)
    assert SignIn.objects.scoped().get().ending == ""

    client.post("/accounts/sign-out/")

    assert SignIn.objects.scoped().get().ending == SignInEnd.SIGNED_OUT


def test_new_password_ends_the_other_sessions(transactional_db, client, office, as_application):
    other = type(client)()
    sign_in(other, office)
    sign_in(client, office)

    page = client.post(
        "/accounts/password/",
        {
            "old_password": PASSWORD,
            "new_password1": NEW_PASSWORD,
            "new_password2": NEW_PASSWORD,
        },
    )

    assert page.status_code == 302
    assert list(SignIn.objects.scoped().order_by("pk").values_list("ending", flat=True)) == [
        SignInEnd.PASSWORD,
        "",
    ]
    mine = SignIn.objects.scoped().latest("pk")
    assert mine.session_hash == SignIn.hash_of(client.session.session_key)
    assert [each.get("/accounts/password/").status_code for each in (client, other)] == [200, 302]


def test_failures_are_counted_forgotten_and_on_record(transactional_db, client, office, as_application):
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        sign_in(client, office, password="wrong")
    assert AccessAttempt.objects.get().failures_since_start == settings.AXES_FAILURE_LIMIT - 1

    assert sign_in(client, office).status_code == 302

    assert AccessAttempt.objects.count() == 0
    assert AccessFailureLog.objects.count() == settings.AXES_FAILURE_LIMIT - 1


def test_many_failures_push_out_none(transactional_db, client, office, as_application):
    AccessFailureLog.objects.bulk_create(
        AccessFailureLog(username="office", path_info="/", user_agent="") for _ in range(1000)
    )

    sign_in(client, office, password="wrong")

    assert AccessFailureLog.objects.filter(username="office").count() == 1001
