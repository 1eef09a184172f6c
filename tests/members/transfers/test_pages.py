from datetime import date

import pytest
from django.urls import reverse

from members.enums import TransferState
from members.membership_steps import RECORD_ELSEWHERE
from members.models import MemberGroup, Membership, Person, TransferRequest
from portal.accounts.roles import OFFICE
from portal.lib.dates import now, today
from tests import factories

JOINED, DAY = date(2020, 1, 10), date(2021, 3, 5)
LIST = reverse("records:memberships_list")
MANY = reverse("members:transfer_many")


@pytest.fixture
def clerk(client, city):
    client.force_login(factories.user((OFFICE, city), username="city", association=city))
    return client


@pytest.fixture
def three(county):
    people = [factories.person(county, name=f"会员{number}") for number in range(3)]
    return [factories.membership(county, person=person, joined_on=JOINED) for person in people]


def follow(client, url, **sent):
    response = client.post(url, sent, follow=True)
    return [str(message) for message in response.context["messages"]]


def url_of(row, name="transfer"):
    return reverse(f"members:{name}", args=[row.pk])


TO = {"to": "360103", "on": "2021-03-05"}


def test_member_is_moved_in_three_steps(clerk, other_county, three):
    group = MemberGroup.objects.create(association=other_county, name="一组", starts_on=JOINED)
    url = url_of(three[0])

    form = clerk.get(url)
    review = clerk.post(url, TO | {"go": "review", "seen": 1})
    words = follow(clerk, url, **TO, go="write", seen=1, group=group.pk)

    assert "下一步：核对" in form.content.decode()
    assert review.context["preview"].words == (
        "1 条会员身份在原协会登记为“转会”，最后一天为2021年3月4日",
        "自2021年3月5日起登记为西湖区计划生育协会的会员，会员类别和骨干标记不变",
        "1 份人员（团体）档案的登记协会改为西湖区计划生育协会",
    )
    assert list(review.context["choice"].fields["group"].queryset) == [group]
    assert words == ["已将 1 名会员转入西湖区计划生育协会。"]
    moved = Membership.objects.get(association=other_county)
    assert (moved.group, moved.joined_on) == (group, DAY)


def test_several_are_moved_from_the_list(clerk, other_county, three):
    sent = {"pk": [three[0].pk, three[2].pk]} | TO

    listed = clerk.get(LIST).content.decode()
    asked = clerk.post(MANY, {"pk": sent["pk"]})
    review = clerk.post(MANY, sent | {"go": "review"})
    words = follow(clerk, MANY, **sent, go="write", expected=2)

    assert f'formaction="{MANY}?">转会</button>' in listed
    assert asked.context["count"] == 2
    assert review.context["preview"].problems == ()
    assert words == ["已将 2 名会员转入西湖区计划生育协会。"]
    assert Membership.objects.filter(association=other_county).count() == 2


def test_all_of_a_filtered_list_are_moved(clerk, county, other_county, three):
    words = follow(clerk, f"{MANY}?kind=individual&q=会员", all="1", **TO, go="write", expected=3)

    assert words == ["已将 3 名会员转入西湖区计划生育协会。"]


def test_what_keeps_them_is_said_before(clerk, other_county, three):
    factories.membership(other_county, person=three[0].person, joined_on=JOINED)

    page = clerk.post(url_of(three[0]), TO | {"go": "review", "seen": 1}).content.decode()
    words = follow(clerk, url_of(three[0]), **TO, go="write", seen=1)

    assert "已是该协会会员，不能重复入会" in page
    assert "确认转会" not in page.split("<main", 1)[1].split("<button")[-1]
    assert words == ["没有转会：已是该协会会员，不能重复入会"]


@pytest.mark.parametrize(
    "values",
    [
        {"to": "310107"},
        {"to": "999999"},
        {"to": "3601\x0003"},
        {"to": "9" * 40},
        {"on": "2021-02-30"},
        {"on": ""},
        {"on": "0001-01-01"},
    ],
)
def test_form_with_nonsense_stays_a_form(clerk, three, values):
    page = clerk.post(url_of(three[0]), TO | {"go": "review"} | values)

    assert (page.status_code, "preview" in page.context) == (200, False)
    assert Membership.objects.count() == 3


@pytest.mark.parametrize("sent", [{}, {"pk": "x"}, {"pk": "9" * 30}])
def test_list_without_a_choice_leads_back(clerk, three, sent):
    assert follow(clerk, MANY, **sent) == ["没有选择会员，或所选会员不存在、不在您的管理范围内。"]


def test_member_who_left_is_not_moved(clerk, county):
    left = factories.membership(county, left_on=DAY, leave_reason="moved")

    assert clerk.get(url_of(left)).status_code == 404
    assert clerk.get(url_of(left, "request_new")).status_code == 404


@pytest.fixture
def asked(client, office, other_county, three):
    client.force_login(office)
    url = url_of(three[0], "request_new")
    follow(client, url, to_code="360103", reason="搬家")
    return TransferRequest.objects.get()


def test_receiving_side_sees_no_more_than_it_must(client, neighbour, asked):
    person = asked.membership.person
    type(person).objects.filter(pk=person.pk).update(
        born_on=date(1970, 2, 3), workplace="某厂", phone="13812345678"
    )
    client.force_login(neighbour)

    listed = client.get(reverse("members:requests")).content.decode()
    page = client.get(url_of(asked, "request")).content.decode()

    for text in (listed, page):
        assert "会员0" in text
        assert "1970年" in text
        assert "东湖区计划生育协会" in text
        assert not [
            word
            for word in ("02-03", "某厂", "13812345678", "records/memberships/")
            if word in text.split("<main")[1]
        ]
    assert client.get(reverse("records:people_detail", args=[person.pk])).status_code == 404


def traits_in(client, asked):
    listed = client.get(reverse("members:requests")).content.decode()
    page = client.get(url_of(asked, "request")).content.decode()
    assert "会员0" in listed
    assert "会员0" in page
    return ["1970年" in listed, "1970年" in page]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({}, True),
        ({"state": TransferState.DECLINED, "answered_at": now()}, False),
        ({"asked_on": DAY}, False),
        ({"record_at": None}, False),
    ],
)
def test_receiving_side_sees_traits_only_while_it_decides(client, neighbour, asked, change, shown):
    Person.objects.update(born_on=date(1970, 2, 3))
    TransferRequest.objects.filter(pk=asked.pk).update(**{"version": 2} | change)
    client.force_login(neighbour)

    assert traits_in(client, asked) == [shown, shown]


def test_nobody_sees_the_traits_of_a_frozen_person(client, office, neighbour, asked):
    Person.objects.update(born_on=date(1970, 2, 3), frozen_on=DAY)

    client.force_login(neighbour)
    assert traits_in(client, asked) == [False, False]
    client.force_login(office)
    assert "1970年" not in client.get(url_of(asked, "request")).content.decode()


def test_asking_side_sees_traits_only_with_the_record(client, other_county, asked):
    Person.objects.update(born_on=date(1970, 2, 3))

    mine = client.get(url_of(asked, "request")).content.decode()
    Person.objects.update(association=other_county)
    theirs = client.get(url_of(asked, "request")).content.decode()

    assert ("1970年" in mine, "1970年" in theirs) == (True, False)
    assert "会员0" in theirs


def test_request_for_whose_record_lies_elsewhere_says_who_moves_it(client, office, county, other_county):
    row = factories.membership(county, person=factories.person(other_county), joined_on=JOINED)
    client.force_login(office)

    page = client.post(url_of(row, "request_new"), {"to_code": "310107", "reason": "搬家"})

    assert RECORD_ELSEWHERE in page.content.decode()
    assert TransferRequest.objects.count() == 0


def test_preview_says_that_the_record_lies_elsewhere(client, office, county, other_county):
    factories.association("360102001", name="某街道计划生育协会")
    row = factories.membership(county, person=factories.person(other_county), joined_on=JOINED)
    client.force_login(office)

    page = client.post(url_of(row), {"to": "360102001", "on": "2021-03-05", "go": "review", "seen": 1})

    assert page.context["preview"].problems == (RECORD_ELSEWHERE,)


def test_request_is_accepted_on_its_page(client, neighbour, other_county, asked):
    client.force_login(neighbour)

    words = follow(client, url_of(asked, "accept"), on="2021-03-05", seen=1)

    asked.refresh_from_db()
    assert words == ["已接收，该会员自转入之日起在册。"]
    assert (asked.state, asked.answered_by) == (TransferState.ACCEPTED, neighbour)
    assert Membership.objects.get(association=other_county).joined_on == DAY


def test_request_is_declined_with_a_reason(client, neighbour, asked):
    client.force_login(neighbour)

    empty = client.post(url_of(asked, "decline"), {"answer": "", "seen": 1})
    words = follow(client, url_of(asked, "decline"), answer="不在本区居住", seen=1)

    assert "理由" in empty.content.decode()
    assert words == ["已退回该申请。"]
    assert "不在本区居住" in client.get(url_of(asked, "request")).content.decode()


def test_request_is_withdrawn_by_who_asked(client, office, asked):
    page = client.get(url_of(asked, "request")).content.decode()
    words = follow(client, url_of(asked, "withdraw"), seen=1)
    again = client.post(url_of(asked, "withdraw"), {"seen": 2}).content.decode()

    assert "撤回申请" in page
    assert "接收该会员" not in page
    assert words == ["已撤回该申请。"]
    assert "该申请已办结或已过期，不能再办理" in again


def test_wrong_and_foreign_codes_get_the_same_answer(client, office, county, other_county):
    client.force_login(office)
    answers = []
    for code in ("360103", "360199"):
        row = factories.membership(county, joined_on=JOINED)
        words = follow(client, url_of(row, "request_new"), to_code=code, reason="搬家")
        answers.append((words, TransferRequest.objects.get(membership=row).state_on(today())))

    assert answers[0] == answers[1] == (["已提出转会申请，等待对方协会接收。"], TransferState.WAITING)


@pytest.mark.parametrize(
    ("code", "words"),
    [("abc", "请填写 2 至 12 位数字的协会代码"), ("360102001", "该代码在您的管理范围内，请直接办理转会")],
)
def test_code_that_cannot_be_asked_is_said(client, office, three, code, words):
    client.force_login(office)

    page = client.post(url_of(three[0], "request_new"), {"to_code": code, "reason": "搬家"})

    assert words in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("side", ["in", "out"])
def test_requests_ask_the_same_number_of_statements(
    client, county, other_county, office, neighbour, django_assert_num_queries, rows, side
):
    for _ in range(rows):
        row = factories.membership(county, joined_on=JOINED)
        TransferRequest.objects.create(
            membership=row, to_code="360103", reason="搬家", asked_on=DAY, asked_by=office
        )
    client.force_login(neighbour if side == "in" else office)

    with django_assert_num_queries(10):
        page = client.get(reverse("members:requests"), {"side": side})

    assert len(page.context["rows"]) == rows
    assert {state for _, state in page.context["rows"]} == {TransferState.EXPIRED}
    assert client.get(reverse("members:requests"), {"side": "up"}).status_code == 400


@pytest.mark.parametrize("changed", [{"on": "0001-01-01"}, {"group": "ended"}, {"group": "9"}], ids=str)
def test_acceptance_that_does_not_fit_moves_nobody(client, neighbour, other_county, asked, changed):
    ended = MemberGroup.objects.create(
        association=other_county, name="旧组", starts_on=JOINED, ends_on=date(2021, 1, 31)
    )
    client.force_login(neighbour)
    chosen = {"group": ended.pk} if changed == {"group": "ended"} else changed

    client.post(url_of(asked, "accept"), {"on": "2021-03-05", "seen": 1} | chosen)

    asked.refresh_from_db()
    assert (asked.state, Membership.objects.filter(association=other_county).count()) == ("waiting", 0)
