"""The link that somebody was sent, opened in a browser: its secret stays behind "#" until it is posted."""

import pytest
from playwright.sync_api import expect

from portal.accounts.link_actions import issue_link
from portal.accounts.roles import ADMINISTRATOR, OFFICE
from tests import factories

CHOSEN = "Chosen-by-me-7"


@pytest.fixture
def secret(county, city):
    clerk = factories.user((OFFICE, county), username="clerk", association=county)
    return issue_link(user=clerk, by=factories.user((ADMINISTRATOR, city), association=city)).secret


@pytest.fixture
def asked(live_server):
    """The requests that a page makes, by address and headers."""

    def watch(page):
        found = []
        page.on("request", lambda request: found.append(f"{request.url} {request.headers}"))
        return found

    return watch


def choose_password(page):
    page.locator("[name=new_password1]").fill(CHOSEN)
    page.locator("[name=new_password2]").fill(CHOSEN)
    page.get_by_role("button", name="设置密码").click()
    expect(page.get_by_role("link", name="去登录")).to_be_visible()


def test_link_opens_by_itself_and_leaves_no_address(page, live_server, secret, asked):
    requests = asked(page)

    # Unanswered first, so that the page stays and shows what is left in its address.
    page.route("**/accounts/link/", lambda route: route.fulfill(status=204))
    with page.expect_request("**/accounts/link/"):
        page.goto(f"{live_server.url}/accounts/link/open/#{secret}", wait_until="commit")
    expect(page).to_have_url(f"{live_server.url}/accounts/link/open/")
    page.unroute("**/accounts/link/")
    page.goto(f"{live_server.url}/accounts/link/open/#{secret}", wait_until="commit")
    expect(page.get_by_text("clerk")).to_be_visible()
    choose_password(page)

    assert len(requests) > 3
    assert [line for line in requests if secret in line] == []


def test_link_works_without_scripts(browser, live_server, secret, asked):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    requests = asked(page)
    address = f"{live_server.url}/accounts/link/open/#{secret}"

    page.goto(address)
    page.get_by_label("链接码").fill(address)
    page.get_by_role("button", name="下一步").click()
    choose_password(page)

    context.close()
    assert [line for line in requests if secret in line] == []


def test_second_link_in_the_same_tab_opens(page, live_server, secret):
    page.goto(f"{live_server.url}/accounts/link/open/#made-up")
    expect(page.get_by_text("链接无效").first).to_be_visible()

    page.goto(f"{live_server.url}/accounts/link/open/#{secret}")

    expect(page.get_by_text("clerk")).to_be_visible()
