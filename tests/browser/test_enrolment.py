from datetime import date

import pytest
from playwright.sync_api import expect

from members.models import MemberGroup, Membership
from tests import factories
from tests.members.test_identity import number


def test_clerk_enters_a_person_by_number_and_enrols_them(page, live_server, sign_in, office, county):
    sign_in(office, is_verified=True)
    page.goto(f"{live_server.url}/records/memberships/")

    page.get_by_role("link", name="登记会员").click()
    page.get_by_label("查找", exact=True).fill(number())
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="登记新人员").click()
    page.get_by_label("姓名").fill("某人员")
    page.get_by_label("身份证号").fill(number())
    draft = page.evaluate("localStorage.getItem('draft:people-new')")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_label("入会日期").fill("2026-01-05")
    page.get_by_role("button", name="保存", exact=True).click()

    expect(page.get_by_text("已登记会员：某人员")).to_be_visible()
    member = Membership.objects.select_related("person").get()
    assert (member.association, member.joined_on) == (county, date(2026, 1, 5))
    assert (member.person.born_on, member.person.sex) == (date(1990, 3, 7), "male")
    assert ("某人员" in draft, number() in draft) == (True, False)
    assert page.evaluate("localStorage.getItem('draft:people-new')") is None


@pytest.mark.parametrize("is_scripted", [True, False])
def test_clerk_chooses_a_leader(browser, live_server, client, office, county, is_scripted):
    person = factories.person(county, name="甲某某", name_key="jmm")
    group = MemberGroup.objects.create(association=county, name="一组", starts_on=date(2020, 1, 10))
    client.force_login(office)
    context = browser.new_context(java_script_enabled=is_scripted)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{live_server.url}/records/groups/{group.pk}/edit/")

    page.get_by_label("查找人员").fill("jm")
    if is_scripted:
        page.get_by_label("查找人员").press("Enter")
    else:
        page.get_by_role("button", name="查找").click()
    page.get_by_label("甲某某").check()
    page.get_by_role("button", name="保存", exact=True).click()

    expect(page.get_by_text("已保存。")).to_be_visible()
    group.refresh_from_db()
    context.close()
    assert group.leader == person
