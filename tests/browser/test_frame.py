import pytest
from axe_playwright_python.sync_playwright import Axe


@pytest.fixture
def gallery(settings, page, live_server, sign_in, office):
    settings.ROOT_URLCONF = "tests.templates.pages"
    sign_in(office)
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{live_server.url}/gallery/?level=3")
    yield page
    assert errors == []


def violations(page):
    return [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]


def test_gallery_is_accessible_and_fits(gallery):
    found = []
    for width in (360, 1366):
        gallery.set_viewport_size({"width": width, "height": 768})
        found.append((violations(gallery), gallery.evaluate("document.documentElement.scrollWidth")))

    gallery.evaluate("document.querySelector('#as-of-day').labels[0].remove()")

    assert found == [([], 360), ([], 1366)]
    assert [name for name, _ in violations(gallery)] == ["label"]  # axe does see an offence


def test_keyboard_passes_the_menu_and_a_small_screen_opens_it(gallery):
    gallery.keyboard.press("Tab")
    gallery.keyboard.press("Enter")
    passed_to = gallery.evaluate("document.activeElement.id")
    gallery.set_viewport_size({"width": 390, "height": 844})
    menu = gallery.locator("#menu")
    before = menu.is_visible()

    gallery.get_by_role("button", name="菜单").click()

    assert (passed_to, before, menu.is_visible()) == ("main", False, True)


def test_day_is_sent_when_picked_and_keeps_the_rest_of_the_address(gallery, live_server):
    gallery.get_by_label("截至").fill("2020-01-01")

    gallery.wait_for_url(f"{live_server.url}/gallery/?level=3&on=2020-01-01")


def test_unsent_entries_are_offered_again(gallery):
    gallery.get_by_label("说明").fill("没有写完的说明")
    gallery.reload()

    gallery.get_by_role("button", name="恢复草稿").click()

    assert gallery.get_by_label("说明").input_value() == "没有写完的说明"


def test_form_is_sent_only_after_a_yes(gallery):
    posts = []
    gallery.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    gallery.get_by_label("成文日期").fill("2020-12-31")
    gallery.get_by_label("佐证文件").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    send = gallery.get_by_role("button", name="提交", exact=True)
    dialog = gallery.get_by_role("dialog")
    address = gallery.url

    send.click()
    dialog.get_by_role("button", name="取消").click()
    after_no = list(posts)
    send.click()
    with gallery.expect_request(lambda request: request.method == "POST"):
        dialog.get_by_role("button", name="确定").click()

    assert (after_no, posts) == ([], [address])
