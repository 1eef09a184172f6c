"""Headers and cookies of every response, whatever its status."""

from dataclasses import replace
from http.cookies import SimpleCookie

import pytest
from django.conf import settings
from django.test.client import ClientHandler

from .headers import HEADERS, POLICY, flaws_of
from .routes import Answer, read_matrix

ROWS = read_matrix()
STRICT = ClientHandler(enforce_csrf_checks=True)


@pytest.fixture
def answer():
    """A response as it must be; the matrix asks `flaws_of` about those of the portal."""
    headers = HEADERS | {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
        "Cache-Control": "private, no-store",
    }
    cookies = SimpleCookie({"sessionid": "x", "gone": ""})
    cookies["sessionid"] |= {"httponly": True, "samesite": "Lax"}
    return Answer(status=200, body="", headers=headers, cookies=cookies)


def test_response_as_it_must_be_has_no_flaw(answer):
    assert flaws_of(answer) == []


@pytest.mark.parametrize("name", [*HEADERS, "Content-Security-Policy", "Cache-Control"])
def test_header_that_is_missing_or_wider_is_named(answer, name):
    missing = {key: value for key, value in answer.headers.items() if key != name}
    wider = answer.headers | {name: "public; script-src 'unsafe-inline'"}

    flaws = [flaws_of(replace(answer, headers=headers)) for headers in (missing, wider)]

    assert [[flaw.partition(":")[0] for flaw in found] for found in flaws] == [[name], [name]]


@pytest.mark.parametrize("change", [{"httponly": ""}, {"samesite": "None"}, {"samesite": ""}], ids=str)
def test_cookie_that_scripts_or_other_sites_reach_is_named(answer, change):
    answer.cookies["sessionid"] |= change

    assert [flaw.partition(":")[0] for flaw in flaws_of(answer)] == ["Set-Cookie"]


def test_cookies_travel_by_https_alone_in_production():
    assert settings.SESSION_COOKIE_SECURE == settings.CSRF_COOKIE_SECURE == settings.HTTPS


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "POST"], ids=str)
def test_unsafe_request_without_a_csrf_token_is_refused(here, row):
    client = here.client("office")
    client.handler = STRICT

    response = client.post(row.path(here.places["own"]))

    assert response.status_code == 403
