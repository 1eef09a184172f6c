from datetime import date

import pytest
from django.urls import reverse

from members.models import ClearingMark, ClearingRound
from portal.accounts.roles import OFFICE
from portal.lib.dates import now
from tests import factories

JOINED, START, LAST = date(2020, 1, 10), date(2021, 3, 1), date(2021, 5, 31)


@pytest.fixture
def clerk(client, office):
    client.force_login(office)
    return client


@pytest.fixture
def round_(county, office):
    return ClearingRound.objects.create(
        association=county, title="2021年重新登记", starts_on=START, ends_on=LAST, started_by=office
    )


@pytest.fixture
def three(county):
    people = [factories.person(county, name=f"会员{number}", name_key=f"hy{number}") for number in range(3)]
    return [factories.membership(county, person=person, joined_on=JOINED) for person in people]


def url(name, round_):
    return reverse(f"members:{name}", args=[round_.pk])


def follow(client, address, **sent):
    response = client.post(address, sent, follow=True)
    return [str(message) for message in response.context["messages"]]


def shown(client, round_, **query):
    page = client.get(url("round", round_), query)
    return [(row["member"], row["verdict_label"], row["reason"]) for row in page.context["rows"]]


def test_round_is_started_from_the_page(clerk, county):
    page = clerk.post(
        reverse("members:round_new"),
        {"association": "360102", "title": "新一轮", "starts_on": "2021-03-01", "ends_on": "2021-05-31"},
    )

    made = ClearingRound.objects.get()
    assert page.headers["Location"] == url("round", made)
    assert (made.association, made.title, made.starts_on) == (county, "新一轮", START)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"ends_on": "2021-02-28"}, "结束日期不能早于开始日期"),
        ({"association": "360103"}, "没有这个协会，或不在您的管理范围内"),
        ({"title": "2021年重新登记"}, "该协会已有同名的重新登记"),
    ],
)
def test_refused_start_says_why(clerk, other_county, round_, values, words):
    sent = {"association": "360102", "title": "新一轮", "starts_on": "2021-03-01", "ends_on": "2021-05-31"}

    page = clerk.post(reverse("members:round_new"), sent | values)

    assert words in page.content.decode()
    assert ClearingRound.objects.count() == 1


def test_members_are_marked_one_some_and_all(clerk, round_, three):
    mark = url("round_mark", round_)

    some = follow(clerk, mark, pk=[three[0].pk, three[1].pk], verdict="stays")
    one = follow(clerk, mark, pk=[three[0].pk], verdict="leaves", reason="moved")
    everyone = follow(clerk, f"{mark}?state=unchecked", all="1", verdict="leaves", reason="deceased")
    back = follow(clerk, mark, pk=[three[1].pk], verdict="unmark")

    assert (some, one) == (["已将 2 名会员标记为已核对。"], ["已将 1 名会员标记为待退会。"])
    assert (everyone, back) == (["已将 1 名会员标记为待退会。"], ["已将 1 名会员标记为未核对。"])
    assert shown(clerk, round_) == [
        ("会员0", "待退会", "迁出"),
        ("会员1", "未核对", ""),
        ("会员2", "待退会", "去世"),
    ]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"verdict": "stays"}, "没有标记：请先选择会员和核对结果。"),
        ({"verdict": "nonsense", "all": "3"}, "没有标记：请先选择会员和核对结果。"),
        ({"verdict": "stays", "all": "x"}, "没有标记：请先选择会员和核对结果。"),
        ({"verdict": "stays", "all": "2"}, "没有标记：选择时为 2 人，现在为 3 人，请重新核对"),
        ({"verdict": "leaves", "all": "3"}, "没有标记：请选择退会原因"),
        (
            {"verdict": "stays", "pk": "99999999999999999999"},
            "没有标记：选择时为 1 人，现在为 0 人，请重新核对",
        ),
    ],
)
def test_refused_marks_say_why(clerk, round_, three, sent, words):
    assert follow(clerk, url("round_mark", round_), **sent) == [words]
    assert ClearingMark.objects.count() == 0


def test_filter_that_cannot_be_read_marks_nobody(clerk, round_, three):
    words = follow(clerk, url("round_mark", round_) + "?state=nonsense", all="3", verdict="stays")

    assert words == ["没有标记：选择时为 3 人，现在为 0 人，请重新核对"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "hy1"}, ["会员1"]),
        ({"under": "360102001"}, []),
        ({"state": "stays"}, ["会员2"]),
        ({"state": "unchecked"}, ["会员0", "会员1"]),
        ({"state": "leaves"}, []),
    ],
)
def test_list_is_filtered(clerk, round_, three, query, names):
    follow(clerk, url("round_mark", round_), pk=[three[2].pk], verdict="stays")

    assert [name for name, _, _ in shown(clerk, round_, **query)] == names


@pytest.mark.parametrize("members", [1, 3])
def test_list_asks_the_same_number_of_statements(clerk, county, round_, django_assert_num_queries, members):
    for _ in range(members):
        factories.membership(county, joined_on=JOINED)

    with django_assert_num_queries(11):
        page = clerk.get(url("round", round_))

    assert len(page.context["rows"]) == members


@pytest.mark.parametrize("rounds", [1, 3])
def test_rounds_ask_the_same_number_of_statements(clerk, county, office, django_assert_num_queries, rounds):
    places = [county, *(factories.association(f"36010200{number}") for number in range(1, rounds))]
    for place in places:
        ClearingRound.objects.create(
            association=place, title="一轮", starts_on=START, ends_on=LAST, started_by=office
        )

    with django_assert_num_queries(10):
        page = clerk.get(reverse("members:rounds"))

    assert len(page.context["rows"]) == rounds


def test_progress_starts_where_the_reader_is(client, county, round_, three):
    township = factories.association("360102001", short_name="某街道")
    client.force_login(factories.user((OFFICE, township), association=township))
    factories.membership(township, joined_on=JOINED)

    page = client.get(url("round_progress", round_))
    above = client.get(url("round_progress", round_), {"under": "360102"})
    outside = client.get(url("round_progress", round_), {"under": "3601"})

    assert [(part.association, part.progress.total) for part, _ in page.context["parts"]] == [(township, 1)]
    assert (above.status_code, outside.status_code) == (404, 404)


def test_close_is_confirmed_with_its_figures(clerk, round_, three):
    follow(clerk, url("round_mark", round_), pk=[three[0].pk], verdict="leaves", reason="cleared")

    page = clerk.get(url("round_close", round_)).content.decode()
    early = clerk.post(url("round_close", round_), {"left_on": "2021-02-28", "seen": 1})
    words = follow(clerk, url("round_close", round_), left_on="2021-05-31", seen=1)

    assert "待退会的 1 名会员按各自的原因登记退会" in page
    assert "退会日期不能早于重新登记的开始日期（2021年3月1日）" in early.content.decode()
    assert words == ["已办结。"]
    closed = clerk.get(url("round", round_)).content.decode()
    assert "已核对 0 人，退会 1 人（最后一天 2021-05-31），未核对 2 人保持不变" in closed
    assert clerk.get(url("round_close", round_)).status_code == 404


def figures(client, round_):
    pages = [client.get(address) for address in (reverse("members:rounds"), url("round", round_))]
    texts = [page.content.decode().split("<main", 1)[1] for page in pages]
    return [[figure for figure in ("5001", "5002", "5003") if figure in text] for text in texts]


def test_counts_of_a_closed_round_are_for_those_who_see_all_of_it(client, office, round_):
    township = factories.association("360102001", short_name="某街道")
    counts = {"checked_count": 5001, "leaving_count": 5002, "unchecked_count": 5003}
    ClearingRound.objects.update(state="closed", left_on=LAST, closed_by=office, closed_at=now(), **counts)

    client.force_login(factories.user((OFFICE, township), association=township))
    assert figures(client, round_) == [[], []]
    client.force_login(office)
    assert figures(client, round_) == [["5001", "5002", "5003"]] * 2
