from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from portal.accounts.browsers import browser_words
from portal.accounts.enums import SignInEnd
from portal.accounts.jobs import clear_outdated
from portal.accounts.models import SignIn
from portal.accounts.roles import OFFICE
from portal.accounts.sessions import SIGNED_IN_AT
from portal.lib.dates import now, today
from tests import factories

PAGE = "/accounts/password/"
EIGHT_HOURS = 8 * 3600


def shift_sign_in(client, seconds):
    session = client.session
    session[SIGNED_IN_AT] -= seconds
    session.save()


@pytest.mark.parametrize(("age", "status"), [(EIGHT_HOURS - 60, 200), (EIGHT_HOURS + 1, 302)])
def test_session_ends_eight_hours_after_sign_in(client, office, age, status):
    client.force_login(office)
    shift_sign_in(client, age)

    page = client.get(PAGE)

    assert page.status_code == status


def test_ended_session_is_emptied(client, office):
    client.force_login(office)
    shift_sign_in(client, EIGHT_HOURS + 1)

    client.get(PAGE)

    assert dict(client.session) == {}


def test_session_ends_after_half_an_hour_of_rest(client, office):
    client.force_login(office)
    kept = client.get(PAGE).cookies["sessionid"]["max-age"]
    Session.objects.update(expire_date=now() - timedelta(seconds=1))

    late = client.get(PAGE)

    assert kept == 30 * 60
    assert late.status_code == 302


def test_session_without_a_beginning_is_over(client, office):
    client.force_login(office)
    session = client.session
    del session[SIGNED_IN_AT]
    session.save()

    assert client.get(PAGE).status_code == 302


def test_ended_grant_stops_at_the_next_request(client, county, outsider):
    grant = factories.grant(outsider, OFFICE, county)
    client.force_login(outsider)
    before = client.get("/api/v1/associations/").json()["results"]

    grant.ends_on = today() - timedelta(days=1)
    grant.save()

    assert [row["code"] for row in before] == ["360102"]
    assert client.get("/api/v1/associations/").json()["results"] == []


def test_last_day_of_a_grant_counts(client, county, outsider):
    factories.grant(outsider, OFFICE, county, ends_on=today())
    client.force_login(outsider)

    assert len(client.get("/api/v1/associations/").json()["results"]) == 1


def test_deactivated_user_is_out_at_the_next_request(client, office):
    client.force_login(office)
    office.is_active = False
    office.save()

    assert client.get(PAGE).status_code == 302


CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"
PASSWORD = "Correct-horse-1"


def sign_in(client, **headers):
    entered = client.post("/accounts/sign-in/", {"username": "office", "password": PASSWORD}, headers=headers)
    assert entered.status_code == 302


@pytest.fixture
def elsewhere(client):
    return type(client)()


def test_sign_in_is_on_record_with_its_session_as_a_hash(client, office):
    sign_in(client, **{"user-agent": CHROME})

    made = SignIn.objects.get()
    assert (made.user, made.address, made.agent, made.ending) == (office, "127.0.0.1", CHROME, "")
    assert made.session_hash == SignIn.hash_of(client.session.session_key)
    assert list(SignIn.objects.live(at=now())) == [made]


def test_sign_out_is_on_record(client, office):
    sign_in(client)

    client.post("/accounts/sign-out/")

    made = SignIn.objects.get()
    assert (made.ending, made.ended_at is not None) == (SignInEnd.SIGNED_OUT, True)
    assert not SignIn.objects.live(at=now()).exists()


def test_absolute_end_is_on_record(client, office):
    sign_in(client)
    shift_sign_in(client, EIGHT_HOURS + 1)

    client.get(PAGE)

    assert SignIn.objects.get().ending == SignInEnd.TOO_LONG


def test_session_that_rested_too_long_is_not_live(client, office):
    sign_in(client)
    Session.objects.update(expire_date=now() - timedelta(seconds=1))

    assert not SignIn.objects.live(at=now()).exists()


def test_page_lists_live_sessions_in_words(client, elsewhere, office):
    sign_in(client)
    sign_in(elsewhere, **{"user-agent": CHROME})

    page = client.get("/accounts/sessions/")

    assert [each.browser for each in page.context["sign_ins"].live] == ["Chrome（Windows）", "未知浏览器"]
    assert page.context["current"] == SignIn.objects.earliest("at")


def test_ended_session_stops_at_the_next_request(client, elsewhere, office):
    sign_in(client)
    sign_in(elsewhere)
    other = SignIn.objects.latest("at")

    client.post(f"/accounts/sessions/{other.pk}/end/")

    assert elsewhere.get(PAGE).status_code == 302
    assert client.get(PAGE).status_code == 200
    other.refresh_from_db()
    assert other.ending == SignInEnd.ENDED


def test_all_others_end_and_this_one_goes_on(client, elsewhere, office):
    sign_in(client)
    sign_in(elsewhere)

    client.post("/accounts/sessions/end-others/")

    assert (client.get(PAGE).status_code, elsewhere.get(PAGE).status_code) == (200, 302)


def test_nobody_ends_the_session_of_somebody_else(client, elsewhere, office, neighbour):
    elsewhere.force_login(neighbour)
    client.force_login(office)
    theirs = SignIn.objects.get(user=neighbour)

    answer = client.post(f"/accounts/sessions/{theirs.pk}/end/")

    assert (answer.status_code, elsewhere.get(PAGE).status_code) == (404, 200)


def test_new_password_keeps_this_session_on_the_list_and_ends_the_others(client, elsewhere, office):
    sign_in(client)
    sign_in(elsewhere)
    new = {"new_password1": "Other-horse-22", "new_password2": "Other-horse-22"}

    client.post(PAGE, {"old_password": PASSWORD} | new)

    live = SignIn.objects.live(at=now()).get()
    assert live.session_hash == SignIn.hash_of(client.session.session_key)
    assert SignIn.objects.exclude(pk=live.pk).get().ending == SignInEnd.PASSWORD


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("", "未知浏览器"),
        (CHROME, "Chrome（Windows）"),
        (f"{CHROME} Edg/120.0", "Edge（Windows）"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko Firefox/115.0", "火狐（Linux）"),
        ("Mozilla/5.0 (Linux; Android 12) Chrome/99 Mobile MicroMessenger/8.0", "微信（安卓）"),
    ],
)
def test_browser_is_named_in_words(agent, words):
    assert browser_words(agent) == words


def test_agent_of_any_length_is_kept_cut(client, office):
    sign_in(client, **{"user-agent": "x" * 5000})

    assert len(SignIn.objects.get().agent) == 300


def test_what_has_ended_is_cleared_and_the_rest_stays(client, office, leader):
    client.force_login(office)
    client.force_login(leader)
    Session.objects.create(session_key="ended", session_data="", expire_date=now() - timedelta(seconds=1))
    old = SignIn.objects.create(user=office, session_hash="0" * 64)
    SignIn.objects.scoped().filter(pk=old.pk).update(at=now() - timedelta(days=367))
    kept = set(SignIn.objects.scoped().exclude(pk=old.pk).values_list("pk", flat=True))

    clear_outdated()

    assert set(SignIn.objects.scoped().values_list("pk", flat=True)) == kept
    assert Session.objects.count() == Session.objects.filter(expire_date__gt=now()).count() > 0
