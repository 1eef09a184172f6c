from datetime import date

import pytest
from django.urls import reverse

from associations.enums import Constituency
from members.models import DistinctPair, MergedPerson, Person, TransferRequest
from tests import factories
from tests.members.test_identity import numbered

BORN = date(1970, 1, 1)


@pytest.fixture
def pair(county):
    return [
        factories.person(county, name="某人", born_on=BORN, workplace=workplace, phone=phone)
        for workplace, phone in (("一厂", ""), ("二厂", "13812345678"))
    ]


@pytest.fixture
def clerk(client, office):
    client.force_login(office)
    return client


def merge_url(keep, drop):
    return f"{reverse('members:merge', args=[keep.pk])}?other={drop.pk}"


def follow(client, url, **sent):
    response = client.post(url, sent, follow=True)
    return [str(message) for message in response.context["messages"]], response


def test_list_shows_the_groups_of_ones_reach(clerk, county, other_county, pair):
    factories.person(other_county, name="某人", born_on=BORN, workplace="别处的厂")

    page = clerk.get(reverse("members:duplicates"), {"by": "name"}).content.decode()

    assert "一厂" in page
    assert "二厂" in page
    assert "别处的厂" not in page
    assert "没有疑似重复的人员" in clerk.get(reverse("members:duplicates")).content.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"by": "name", "under": "3601"}, 200),
        ({"by": "nonsense"}, 400),
        ({"after": "x"}, 400),
        ({"after": "9" * 25}, 400),
        ({"after": "-1"}, 400),
        ({"color": "red"}, 400),
        ({"under": "abc"}, 200),
    ],
)
def test_list_answers_nonsense(clerk, query, status):
    assert clerk.get(reverse("members:duplicates"), query).status_code == status


@pytest.mark.parametrize("groups", [1, 3])
def test_list_asks_the_same_number_of_statements(clerk, county, django_assert_num_queries, groups):
    for number in range(groups):
        for _ in range(2):
            factories.person(county, name=f"人{number}", born_on=BORN)

    with django_assert_num_queries(11):
        page = clerk.get(reverse("members:duplicates"), {"by": "name"})

    assert len(page.context["page"].groups) == groups


def test_page_of_a_person_leads_to_their_duplicates(clerk, county, pair):
    page = clerk.get(reverse("records:people_detail", args=[pair[0].pk])).content.decode()
    alone = clerk.get(reverse("records:people_detail", args=[factories.person(county).pk])).content.decode()

    assert "疑似重复 1" in page
    assert reverse("members:lookalikes", args=[pair[0].pk]) in page
    assert "查重合并" in alone


def test_lookalikes_finds_others_by_name(clerk, county, other_county, pair):
    factories.person(county, name="另一人", name_key="lyr")
    factories.person(other_county, name="另一人", workplace="别处的厂")

    page = clerk.get(reverse("members:lookalikes", args=[pair[0].pk]), {"q": "另一"})

    assert [each.association for each in page.context["found"]] == [county]
    assert [other for other, _ in page.context["alike"]] == [pair[1]]


def test_preview_shows_both_and_what_moves(clerk, county, pair):
    keep, drop = pair
    factories.membership(county, person=keep)
    factories.membership(county, person=drop)

    page = clerk.get(merge_url(keep, drop))

    choices = {
        each.name: (each.keep, each.drop, each.differs, each.takes_drop) for each in page.context["choices"]
    }
    assert choices["workplace"] == ("一厂", "二厂", True, False)
    assert choices["phone"] == ("", "138****5678", True, True)
    assert choices["name"] == ("某人", "某人", False, False)
    assert page.context["plan"].moves == (("会员身份", 1),)
    assert "合为一条：2020年1月10日至今" in page.content.decode()
    assert "13812345678" not in page.content.decode()


@pytest.mark.parametrize("guess", ["13812345678", "13899995678"])
def test_preview_does_not_tell_whether_two_phones_are_the_same(clerk, pair, guess):
    keep, drop = pair
    Person.objects.filter(pk=keep.pk).update(phone=guess)

    page = clerk.get(merge_url(keep, drop))

    (phone,) = [choice for choice in page.context["choices"] if choice.name == "phone"]
    assert (phone.keep, phone.drop, phone.differs, phone.is_asked, phone.takes_drop) == (
        "138****5678",
        "138****5678",
        False,
        True,
        False,
    )


def test_merge_takes_the_marked_fields_and_leads_to_the_kept_record(clerk, pair):
    keep, drop = pair
    words, response = follow(
        clerk, merge_url(keep, drop), seen_keep=1, seen_drop=1, workplace="drop", phone="keep"
    )

    keep.refresh_from_db()
    assert words == [f"已将“某人”（编号 {drop.pk}）并入“某人”，原记录可在合并记录中查到。"]
    assert response.redirect_chain[-1][0] == reverse("records:people_detail", args=[keep.pk])
    assert (keep.workplace, keep.phone) == ("二厂", "")


def test_old_address_tells_what_became_of_the_record(clerk, client, pair, neighbour):
    keep, drop = pair
    old = reverse("records:people_detail", args=[drop.pk])
    follow(clerk, merge_url(keep, drop), seen_keep=1, seen_drop=1)

    page = clerk.get(old, follow=True)
    client.force_login(neighbour)
    elsewhere = client.get(old)

    merged = MergedPerson.objects.get()
    assert page.redirect_chain == [(reverse("members:merged", args=[merged.pk]), 302)]
    text = page.content.decode()
    assert "二厂" in text
    assert "138****5678" in text
    assert "13812345678" not in text
    assert elsewhere.status_code == 404


def test_merges_are_listed(clerk, pair):
    keep, drop = pair
    follow(clerk, merge_url(keep, drop), seen_keep=1, seen_drop=1)

    page = clerk.get(reverse("members:merges"))

    assert [row.name for row in page.context["rows"]] == ["某人"]


@pytest.mark.parametrize("groups", [1, 3])
def test_merges_ask_the_same_number_of_statements(clerk, county, office, django_assert_num_queries, groups):
    for number in range(groups):
        MergedPerson.objects.create(
            old_key=number + 1, name="旧", kept=factories.person(county), values={}, merged_by=office
        )

    with django_assert_num_queries(10):
        page = clerk.get(reverse("members:merges"))

    assert len(page.context["rows"]) == groups


def test_stale_preview_changes_nothing(clerk, pair):
    keep, drop = pair
    words, _ = follow(clerk, merge_url(keep, drop), seen_keep=1, seen_drop=7)
    broken, _ = follow(clerk, merge_url(keep, drop))

    assert words == ["没有合并：其中一条档案已被他人修改，请核对后重新合并"]
    assert broken == ["没有合并：提交的内容不完整，请重新选择。"]
    assert Person.objects.count() == 2


def test_collision_is_said_and_leaves_no_button(clerk, county):
    one, other = numbered(county, name="某人"), factories.person(county, name="某人")
    term = factories.term(county)
    factories.seat(term, person=one)
    factories.seat(term, person=other, constituency=Constituency.SERVED)

    page = clerk.get(merge_url(one, other)).content.decode()

    assert "现在不能合并" in page
    assert "确认合并" not in page


def test_preview_of_what_lies_beyond_reach_tells_only_that(clerk, county, other_county, office):
    keep, drop = factories.person(county, name="某人"), factories.person(county, name="某人")
    village = factories.association("360103001", short_name="二郎庙社区")
    term = factories.term(village)
    for person, constituency in ((keep, Constituency.SERVED), (drop, Constituency.GRASSROOTS)):
        factories.membership(county, person=person)
        there = factories.membership(village, person=person, joined_on=date(2019, 5, 4))
        factories.volunteer(village, person=person)
        factories.seat(term, person=person, constituency=constituency)
    TransferRequest.objects.create(
        membership=there, to_code="310107", reason="搬家", asked_on=date(2999, 1, 1), asked_by=office
    )

    page = clerk.get(merge_url(keep, drop))
    words, _ = follow(clerk, merge_url(keep, drop), seen_keep=1, seen_drop=1)

    plan, text = page.context["plan"], page.content.decode()
    told = ("二郎庙", "2019年", "条转到保留的档案", "日期重叠", "等待接收", "并入的档案没有")
    assert [finding.code for finding in plan.findings] == ["out_of_reach"]
    assert (plan.moves, plan.words, plan.memberships) == ((), (), ())
    assert [word for word in told if word in text] == []
    assert "二郎庙" not in "".join(words)
    assert Person.objects.filter(pk=drop.pk).exists()


@pytest.mark.parametrize("frozen", [0, 1])
def test_nothing_of_a_frozen_person_is_compared(clerk, pair, frozen):
    Person.objects.filter(pk=pair[frozen].pk).update(frozen_on=BORN, workplace="三厂")
    Person.objects.filter(pk=pair[1 - frozen].pk).update(workplace="四厂")
    alike = [reverse("members:lookalikes", args=[person.pk]) for person in pair]
    find = reverse("members:find_person")

    merge = clerk.get(merge_url(*pair), follow=True)
    pages = [
        clerk.get(alike[frozen]),
        clerk.get(f"{alike[1 - frozen]}?q=某"),
        clerk.get(f"{reverse('members:duplicates')}?by=name"),
        clerk.post(find, {"text": "某人"}),
    ]

    texts = [page.content.decode().split("<main", 1)[1] for page in (merge, *pages)]
    words = [str(message) for message in merge.context["messages"]]
    assert words == ["其中一人的个人信息已冻结，不能比对和合并。"]
    assert ["已冻结" in text for text in texts] == [True] * 5
    assert ["三厂" in text for text in texts] == [False] * 5
    # Each page of both names the day of the other one alone.
    assert [text.count("1970-01-01") for text in texts] == [1, 1, 1, 1, 0]


def test_rows_of_the_kept_person_beyond_reach_are_not_told(clerk, county, other_county):
    keep, drop = factories.person(county, name="某人"), factories.person(county, name="某人")
    factories.membership(other_county, person=keep)
    factories.membership(county, person=drop)

    plan = clerk.get(merge_url(keep, drop)).context["plan"]

    assert (plan.moves, plan.words, plan.findings) == ((("会员身份", 1),), (), ())


def test_pair_is_told_apart_and_taken_back(clerk, pair, office):
    one, other = pair
    url = reverse("members:distinct", args=[one.pk])

    words, page = follow(clerk, url, other=other.pk)
    marked = DistinctPair.objects.get()
    back, again = follow(clerk, url, other=other.pk, undo="1")

    assert words == ["已标记为不是同一人，不再列入疑似重复：某人、某人。"]
    assert (marked.marked_by, page.context["alike"]) == (office, [])
    assert back == ["已撤销标记：某人、某人。"]
    assert [each for each, _ in again.context["alike"]] == [other]


@pytest.mark.parametrize("key", ["", "0", "x", "9" * 30])
def test_foreign_and_nonsense_partners_look_missing(clerk, pair, other_county, key):
    stranger = factories.person(other_county)
    url = reverse("members:merge", args=[pair[0].pk])

    words, _ = follow(clerk, reverse("members:distinct", args=[pair[0].pk]), other=key)
    assert clerk.get(url, {"other": stranger.pk}).status_code == 404
    assert clerk.get(url, {"other": key}).status_code == (404 if key else 302)
    assert words == ["没有标记：所选人员不存在，或不在您的管理范围内。"]
