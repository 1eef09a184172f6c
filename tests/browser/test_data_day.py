"""A clerk's day with data: a file with mistakes, an undo, a merge, a restore; neighbours see none of it."""

from datetime import date
from io import BytesIO
from threading import Thread

import pytest
from django.db import connections
from playwright.sync_api import expect

from associations.enums import Body
from members.models import Appointment, Membership, Person
from portal.jobs import worker
from portal.jobs.models import Job
from portal.lib.tables.reading import open_table
from portal.records.importing.registry import type_of
from tests import factories
from tests.records.importing.steps import book, id_number

ROWS = 1_000
WRONG = {
    5: {"身份证号": "360102198503070001"},
    11: {"性别": "未知"},
    17: {"入会日期": "2026-13-01"},
    23: {"协会代码": "360103"},
    29: {"会员小组": "没有的小组"},
    31: {"姓名": None},
    37: {"会员类别": "贵宾"},
}


@pytest.fixture(autouse=True)
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


def work_waiting_jobs():
    """Do what waits, as a worker process would: outside the page and on a connection of its own."""

    def work():
        for job in Job.objects.claimable().order_by("created_at"):
            worker.work(job.pk)
        connections.close_all()

    thread = Thread(target=work)
    thread.start()
    thread.join()


def row(serial):
    return {
        "协会代码": "360102",
        "姓名": f"某会员{serial}",
        "身份证号": id_number(serial) if serial < 1000 else id_number(serial - 1000, born="19860307"),
        "会员类别": "育龄群众",
        "入会日期": date(2026, 1, 5),
    }


def workbook(rows):
    headers = type_of("memberships").headers
    return book(headers, [[each.get(header) for header in headers] for each in rows])


def send(page, live_server, content):
    page.goto(f"{live_server.url}/imports/new/?type=memberships")
    file = {"name": "会员.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("heading", name="进展")).to_be_visible()
    work_waiting_jobs()
    page.get_by_role("link", name="刷新").click()


def confirm(page):
    page.get_by_role("button", name="确认导入").click()
    work_waiting_jobs()
    page.reload()
    expect(page.get_by_role("link", name="撤销这次导入")).to_be_visible()


def mistakes(download):
    """Read the workbook of mistakes as the clerk opens it: the reasons by row."""
    headers = type_of("memberships").headers
    with (
        open(download.path(), "rb") as file,
        open_table(BytesIO(file.read()), headers=[*headers, "错误原因"], sheet="导入") as table,
    ):
        return {each.number - 2: each.cells["错误原因"] for each in table.rows if each.cells["错误原因"]}


def test_clerk_imports_undoes_and_imports_again(page, live_server, sign_in, office, other_county, picture):
    rows = [row(serial) for serial in range(1, ROWS + 1)]
    sign_in(office, is_verified=True)

    send(page, live_server, workbook([each | WRONG.get(at, {}) for at, each in enumerate(rows)]))
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
    picture("import-errors")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载错误工作簿").click()
    assert sorted(mistakes(download.value)) == sorted(WRONG)
    assert Membership.objects.count() == 0

    send(page, live_server, workbook(rows))
    picture("import-ready")
    confirm(page)
    assert (Membership.objects.count(), Person.objects.count()) == (ROWS, ROWS)
    page.get_by_role("link", name="撤销这次导入").click()
    page.get_by_role("button", name="撤销导入").click()
    work_waiting_jobs()
    assert (Membership.objects.count(), Person.objects.count()) == (0, 0)

    send(page, live_server, workbook(rows))
    confirm(page)
    send(page, live_server, workbook(rows))
    expect(page.locator(".tiles")).to_contain_text("1000")
    assert Membership.objects.count() == ROWS


def test_clerk_merges_two_persons_and_restores_a_version(
    page, live_server, sign_in, office, neighbour, county, picture
):
    born = date(1980, 2, 29)
    keep = factories.person(county, name="某人员", name_key="mry", born_on=born, workplace="某单位")
    drop = factories.person(county, name="某人员", name_key="mry", born_on=born)
    factories.membership(county, person=drop)
    sign_in(office)

    page.goto(f"{live_server.url}/records/people/{keep.pk}/")
    page.get_by_role("link", name="疑似重复 1").click()
    page.get_by_role("link", name="比对").click()
    picture("merge")
    page.get_by_role("button", name="确认合并").click()
    assert list(Membership.objects.values_list("person", flat=True)) == [keep.pk]
    page.goto(f"{live_server.url}/records/people/{drop.pk}/")
    expect(page.locator("main")).to_contain_text("并入 某人员")

    page.goto(f"{live_server.url}/records/people/{keep.pk}/edit/")
    page.get_by_label("工作单位").fill("另一单位")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("link", name="历史").click()
    picture("history")
    page.get_by_role("link", name="恢复到这一版本").last.click()
    page.get_by_role("button", name="恢复").click()
    keep.refresh_from_db()
    assert keep.workplace == "某单位"

    page.context.clear_cookies()
    sign_in(neighbour)
    for path in (f"records/people/{keep.pk}/", f"records/people/{drop.pk}/", "records/people/?q=某人员"):
        page.goto(f"{live_server.url}/{path}")
        expect(page.locator("main")).not_to_contain_text("另一单位")
        expect(page.get_by_role("link", name="某人员")).to_have_count(0)


def test_clerk_coopts_a_member_at_a_session(page, live_server, sign_in, office, neighbour, county, picture):
    term = factories.term(county)
    leaving = factories.seat(term, person=factories.person(county, name="某离任"))
    newcomer = factories.person(county, name="某新任", name_key="mxr")
    factories.quota_rule(factories.policy(county), Body.COUNCIL, 50, levels=[county.level])
    sign_in(office)

    page.goto(f"{live_server.url}/associations/360102/council/")
    page.get_by_role("link", name="登记会议").first.click()
    page.get_by_label("机构").select_option("council")
    page.locator("[name$=-number]").fill("1")
    page.locator("[name$=-starts_on]").fill("2021-08-01")
    page.get_by_role("button", name="下一步：卸任与新任").click()
    page.get_by_label("某离任").check()
    entry = page.get_by_role("group", name="第 1 位")
    entry.get_by_label("职务", exact=True).select_option("council-member")
    entry.get_by_label("代表类别").select_option("grassroots")
    entry.get_by_role("searchbox").fill("mxr")
    entry.get_by_role("radio", name="某新任").check()
    page.get_by_role("button", name="下一步：核对与确认").click()
    expect(page.locator("main")).to_contain_text("某新任")
    picture("session-review")
    page.get_by_role("button", name="确认登记").click()

    expect(page.locator("main")).to_contain_text("某新任")
    leaving.refresh_from_db()
    seats = (
        Appointment.objects.filter(term=term)
        .order_by("starts_on")
        .values_list("person", "starts_on", "ends_on")
    )
    assert list(seats) == [
        (leaving.person_id, term.starts_on, date(2021, 7, 31)),
        (newcomer.pk, date(2021, 8, 1), None),
    ]

    page.context.clear_cookies()
    sign_in(neighbour)
    for path in (
        "associations/360102/council/",
        f"records/appointments/{leaving.pk}/",
        f"records/terms/{term.pk}/",
    ):
        page.goto(f"{live_server.url}/{path}")
        expect(page.locator("body")).not_to_contain_text("某新任")
        expect(page.locator("body")).not_to_contain_text("某离任")
