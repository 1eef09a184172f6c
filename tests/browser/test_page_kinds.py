"""Every kind of page — every template that some route draws — is accessible and fits a small screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from tests import factories
from tests.access import world
from tests.access.routes import read_matrix

ROLES = ("office", "verifier", "leader", "family", "auditor", "administrator")
PAGES = [row for row in read_matrix() if row.method == "GET"]
# Drawn by the library that shows the schema of the API.
NOT_OURS = ("api/docs.html",)


@pytest.fixture
def here(transactional_db, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return world.build()


def kinds_of(here, role: str, known: set[str]) -> dict[str, str]:
    """Name the templates that the role's pages draw and that are not known yet, each with one address."""
    client = Client(raise_request_exception=False)
    client.force_login(here.users[role])
    if role not in world.UNVERIFIED:
        factories.verify(client, here.users[role])
    found = {}
    for row in PAGES:
        if row.expected(role, "own") != 200:
            continue
        path = row.path(here.places["own"])
        answer = client.get(path)
        if answer.streaming:
            b"".join(answer.streaming_content)  # to the end: that closes the file of a download
        is_page = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
        drawn = [template.name for template in answer.templates if template.name] if is_page else []
        # A part that htmx asks for is no page.
        if drawn and "base.html" in drawn and drawn[0] not in known | set(NOT_OURS):
            found.setdefault(drawn[0], path)
    return found


def faults(page) -> list[str]:
    found = [
        f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in Axe().run(page).response["violations"]
    ]
    page.set_viewport_size({"width": 390, "height": 844})
    if (width := page.evaluate("document.documentElement.scrollWidth")) > 390:
        found.append(f"wider than a telephone: {width}")
    page.set_viewport_size({"width": 1366, "height": 768})
    return found


def test_every_page_kind_is_accessible_and_fits(page, live_server, sign_in, here):
    known: set[str] = set()
    found = {}
    for role in ROLES:
        kinds = kinds_of(here, role, known)
        known |= set(kinds)
        page.context.clear_cookies()
        sign_in(here.users[role], is_verified=role not in world.UNVERIFIED)
        for template, path in kinds.items():
            page.goto(f"{live_server.url}{path}")
            if offences := faults(page):
                found[template, role, path] = offences

    assert len(known) > 20
    assert found == {}
