import pytest

from portal.accounts.roles import ADMINISTRATOR, AUDITOR, LEADER, OFFICE, VERIFIER
from portal.accounts.scope import Scope
from portal.dashboards.context import build_frame, frame, page_url


@pytest.fixture(autouse=True)
def pages(settings):
    settings.ROOT_URLCONF = "tests.templates.pages"
    page_url.cache_clear()
    yield
    page_url.cache_clear()


def frame_for(*roles, path="/", view_name="", on=""):
    scope = Scope.of_grants([(role.codename, "36") for role in roles])
    return build_frame(scope=scope, path=path, view_name=view_name, on=on)


def outline(items):
    return [(item.label, item.url, outline(item.items)) for item in items]


def current_labels(items):
    return [item.label for item in items if item.is_current] + [
        label for item in items for label in current_labels(item.items)
    ]


def test_menu_of_a_clerk_and_verifier():
    menu = frame_for(OFFICE, VERIFIER).menu

    assert outline(menu) == [
        ("总览", "/", []),
        ("组织", "", [("名录", "/associations/", [])]),
        ("理事会", "", [("构成", "/councils/", [])]),
        ("改革进度", "", [("进度表", "/reform/", []), ("待核实", "/reform/queue/", [])]),
        ("政策文件", "/policies/", []),
        ("报告", "/reports/", []),
    ]


def test_menu_of_an_administrator():
    menu = frame_for(ADMINISTRATOR).menu

    assert outline(menu) == [
        ("组织", "", [("名录", "/associations/", [])]),
        ("政策文件", "/policies/", []),
        ("系统", "", [("用户与授权", "/accounts/users/", [])]),
    ]


def test_menu_leaves_out_a_heading_without_pages():
    menu = frame_for(AUDITOR).menu

    assert outline(menu) == [("组织", "", [("名录", "/associations/", [])]), ("政策文件", "/policies/", [])]


def test_frame_without_grants_is_empty():
    empty = frame_for()

    assert (empty.menu, empty.roles, empty.search_url) == ((), (), "")


@pytest.mark.parametrize(
    ("path", "labels"),
    [
        ("/", ["总览"]),
        ("/associations/", ["名录"]),
        ("/associations/360102/", ["名录"]),
        ("/policies/7/", ["政策文件"]),
        ("/reform/", ["进度表"]),
        ("/reform/queue/", ["待核实"]),
        ("/elsewhere/", []),
    ],
)
def test_current_entry_is_the_longest_address_above_the_page(path, labels):
    menu = frame_for(OFFICE, VERIFIER, path=path).menu

    assert current_labels(menu) == labels


def test_current_entry_claims_a_page_that_lies_elsewhere():
    menu = frame_for(OFFICE, path="/overview/360102/", view_name="dashboards:node").menu

    assert current_labels(menu) == ["总览"]


@pytest.mark.parametrize(
    ("on", "day_query"),
    [("2021-06-30", "?on=2021-06-30"), ("", ""), ("2021-02-30", ""), ("x&evil=1", "")],
)
def test_links_keep_a_day_that_is_one(on, day_query):
    assert frame_for(OFFICE, on=on).day_query == day_query


@pytest.mark.parametrize(
    ("roles", "names"),
    [
        ((OFFICE,), ("办公室",)),
        ((LEADER,), ("领导",)),
        ((OFFICE, LEADER), ("办公室",)),
        ((OFFICE, VERIFIER), ("办公室", "核实人")),
    ],
)
def test_roles_are_named_once(roles, names):
    assert frame_for(*roles).roles == names


def test_frame_of_a_request_reads_its_user(rf, office):
    request = rf.get("/associations/", {"on": "2021-06-30"})
    request.user = office

    shown = frame(request)["frame"]

    assert (shown.roles, shown.search_url, shown.day) == (("办公室",), "/associations/", "2021-06-30")
    assert current_labels(shown.menu) == ["名录"]


def test_frame_of_a_request_without_user(rf):
    shown = frame(rf.get("/"))["frame"]

    assert shown.menu == ()
