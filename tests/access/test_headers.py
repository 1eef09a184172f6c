"""Headers and cookies of every response, whatever its status."""

import pytest
from django.conf import settings
from django.test import Client

from .routes import ask, read_matrix

ROWS = read_matrix()
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


@pytest.mark.parametrize("role", ["anonymous", "office", "outsider"])
def test_every_response_carries_the_headers(here, role):
    for row in ROWS:
        response = ask(here, row, role, "own")
        policy = dict(
            part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";")
        )

        assert policy == POLICY, row
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS, row
        # "no-store" on pages; the API's and the files' own word is kept. Nothing may be shared.
        assert {"private", "no-store"} & set(response.headers["Cache-Control"].split(", ")), row


def test_every_cookie_is_closed_to_scripts(here):
    for row in ROWS:
        response = ask(here, row, "office", "own")

        # An empty one takes a cookie away.
        for cookie in filter(lambda each: each.value, response.cookies.values()):
            assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax"), (row, cookie.key)


def test_cookies_travel_by_https_alone_in_production():
    assert settings.SESSION_COOKIE_SECURE == settings.CSRF_COOKIE_SECURE == settings.HTTPS


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "POST"], ids=str)
def test_unsafe_request_without_a_csrf_token_is_refused(here, row):
    client = Client(enforce_csrf_checks=True)
    client.force_login(here.users["office"])

    response = client.post(row.path(here.places["own"]))

    assert response.status_code == 403
