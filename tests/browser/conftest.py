import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.patience import SECONDS

expect.set_options(timeout=SECONDS * 1000)

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session", autouse=True)
def _database_beside_the_browser():
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return browser_type_launch_args | {"executable_path": shutil.which("chromium"), "args": list(FLAGS)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {"viewport": {"width": 1366, "height": 768}, "locale": "zh-CN"}


@pytest.fixture
def context(context):
    context.set_default_timeout(SECONDS * 1000)
    return context


@pytest.fixture
def sign_in(client, page, live_server):
    """Open the browser's session for a user, with a second factor and without the sign-in page."""

    def open_session(user, *, is_verified=False):
        client.force_login(user)
        if is_verified:
            factories.verify(client, user)
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    return open_session


@pytest.fixture
def picture(page):
    """Keep what the page shows for the user guide, where GUIDE_PICTURES names a folder."""

    def taken(name):
        if folder := os.environ.get("GUIDE_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}.png")

    return taken
