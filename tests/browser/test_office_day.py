"""The main job, walked through as its users do: claim, verify, make both reports, make a batch."""

import re
from datetime import date
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import expect

from associations.enums import Body, Milestone, MilestoneStep
from associations.models import MilestoneEvent
from portal.jobs import worker
from portal.jobs.models import Job
from portal.reports.models import Report
from tests import factories

PASSWORD = "Correct-horse-1"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def policy(province):
    document = factories.policy(province, number="赣测〔2020〕4号")
    factories.quota_rule(document, Body.COUNCIL, 30)
    factories.milestone_rule(document, Milestone.PLAN_ISSUED, deadline=date(2020, 12, 31))
    return document


@pytest.fixture
def enter(page, live_server):
    """Sign a user in through the sign-in page."""

    def through_the_door(user):
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/accounts/sign-in/")
        page.fill("[name=username]", user.username)
        page.fill("[name=password]", PASSWORD)
        page.click("main button, form button")
        expect(page.locator(".user-menu summary")).to_be_visible()

    return through_the_door


def work_waiting_jobs():
    """Do what waits, as a worker process would: outside the page and on a connection of its own."""

    def work():
        for job in Job.objects.claimable().order_by("created_at"):
            worker.work(job.pk)
        connections.close_all()

    thread = Thread(target=work)
    thread.start()
    thread.join()


def violations(page):
    return [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]


@pytest.mark.usefixtures("policy", "other_county")
def test_claim_verify_report_and_batch(page, live_server, enter, office, verifier, county, city):
    enter(office)
    page.goto(f"{live_server.url}/associations/{county.code}/reform/")
    page.get_by_role("link", name="申报").first.click()
    page.fill("[name=document_number]", "东府办发〔2020〕8号")
    page.fill("[name=achieved_on]", "2020-12-31")
    page.set_input_files("[name=file]", {"name": "方案.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.get_by_role("button", name="提交申报").click()
    expect(page.locator("main")).to_contain_text("已申报")

    enter(verifier)
    page.goto(f"{live_server.url}/reform/queue/")
    page.get_by_role("link", name=Milestone.PLAN_ISSUED.label).click()
    page.get_by_role("button", name=re.compile("核实")).first.click()
    confirm = page.locator("dialog[open] button, .confirm button")
    if confirm.count():
        confirm.first.click()
    expect(page.locator("main")).to_contain_text("已核实")

    page.goto(f"{live_server.url}/reports/")
    page.check("[name=kinds][value=reform]")
    page.get_by_role("button", name="生成").click()
    work_waiting_jobs()
    page.goto(f"{live_server.url}/reports/")
    with page.expect_download() as download:
        page.locator("a[download][href$='.pdf']").first.click()
    content = download.value.path().read_bytes()

    page.goto(f"{live_server.url}/reports/")
    page.check("[name=reach][value=direct]")
    page.get_by_role("button", name="生成").click()
    work_waiting_jobs()
    page.reload()

    steps = MilestoneEvent.objects.order_by("pk").values_list("step", "by__username", "document_number")
    made = Report.objects.values_list("association__code", "kind").order_by("association__code", "kind")
    assert list(steps[:2]) == [
        (MilestoneStep.CLAIMED, "office", "东府办发〔2020〕8号"),
        (MilestoneStep.VERIFIED, "verifier", ""),
    ]
    assert content.startswith(b"%PDF-")
    assert list(made) == [
        ("3601", "quota"),
        ("3601", "reform"),
        ("360102", "quota"),
        ("360103", "quota"),
    ]
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


PAGES = (
    "/",
    "/associations/",
    "/associations/360102/",
    "/associations/360102/council/",
    "/associations/360102/council/sessions/new/",
    "/associations/360102/reform/",
    "/associations/3601/reform/?reach=below",
    "/councils/",
    "/reform/queue/",
    "/policies/",
    "/policies/?association=360102",
    "/reports/",
    "/jobs/",
    "/accounts/password/",
)


@pytest.mark.usefixtures("policy", "other_county")
def test_every_page_is_accessible_and_fits_a_small_screen(page, live_server, sign_in, verifier, county):
    factories.seat(factories.term(county))
    factories.milestone_step(county, Milestone.PLAN_ISSUED, MilestoneStep.CLAIMED, date(2020, 12, 30))
    sign_in(verifier)

    found = {}
    for path in PAGES:
        page.set_viewport_size({"width": 1366, "height": 768})
        answer = page.goto(f"{live_server.url}{path}")
        offences = violations(page)
        page.set_viewport_size({"width": 390, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if answer.status != 200 or offences or wide > 390:
            found[path] = (answer.status, offences, wide)

    assert found == {}
