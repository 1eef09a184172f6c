from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import factories

PEOPLE = "/records/people/"


@pytest.fixture
def person(county):
    return factories.person(
        county, name="某人员", name_key="mry", workplace="原单位", born_on=date(1980, 2, 29)
    )


def faults(page):
    """What axe finds on the page at both widths, and where it is wider than the screen."""
    found = []
    for width in (390, 1366):
        page.set_viewport_size({"width": width, "height": 768})
        found += [each["id"] for each in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"wider than {width}")
    return found


def test_record_pages_are_accessible_and_fit(page, live_server, sign_in, office, person):
    sign_in(office)
    own = f"{PEOPLE}{person.pk}/"

    found = {}
    for path in (PEOPLE, f"{PEOPLE}new/", own, f"{own}edit/", f"{own}history/"):
        page.goto(f"{live_server.url}{path}")
        found[path] = faults(page)

    assert {path: each for path, each in found.items() if each} == {}


def test_clerk_corrects_a_person_and_takes_it_back(page, live_server, sign_in, office, person):
    sign_in(office)
    page.goto(f"{live_server.url}{PEOPLE}")

    page.get_by_role("link", name="某人员").click()
    page.get_by_role("link", name="修改", exact=True).click()
    page.get_by_label("工作单位").fill("新单位")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="历史").click()
    page.get_by_role("link", name="恢复到这一版本").click()
    found = faults(page)
    page.get_by_role("button", name="恢复").click()

    expect(page.get_by_text("已恢复为所选版本。")).to_be_visible()
    person.refresh_from_db()
    assert (found, person.workplace, person.version) == ([], "原单位", 3)


def test_clerk_changes_all_of_a_page(page, live_server, sign_in, office, person):
    factories.person(person.association, name="另一人")
    sign_in(office)
    page.goto(f"{live_server.url}{PEOPLE}")

    page.get_by_label("选择本页").check()
    page.get_by_role("button", name="批量修改").click()
    page.get_by_role("checkbox", name="工作单位").check()
    page.get_by_role("textbox", name="工作单位").fill("新单位")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="确认修改").click()

    expect(page.get_by_text("已修改 2 条记录。")).to_be_visible()
    expect(page.get_by_role("cell", name="新单位")).to_have_count(2)
