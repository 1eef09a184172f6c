import pytest

from portal.accounts.models import Grant
from portal.records.models import SavedFilter
from tests import factories

FILTERS = "/records/filters/"
PEOPLE = "/records/people/"


@pytest.fixture
def saved(office):
    return SavedFilter.objects.create(user=office, slug="people", name="东湖", query="q=甲&sort=-name")


def save(client, **entries):
    return client.post(FILTERS, {"slug": "people", "name": "东湖", "query": "q=甲"} | entries)


def queries():
    return list(SavedFilter.objects.order_by("pk").values_list("name", "query"))


def test_list_is_kept_under_a_name_and_opened_again(client, office, county):
    factories.person(county, name="甲某")
    factories.person(county, name="乙某")
    client.force_login(office)
    page = client.get(
        PEOPLE, {"q": "甲", "sort": "-name", "after": "x~1", "count": "exact"} | {"after": "m~1"}
    )

    back = save(client, query=page.context["saved_query"])
    listed = client.get(PEOPLE)
    opened = client.get(listed.context["saved"][0].url, follow=True)

    assert back.url == "/records/people/?q=%E7%94%B2&sort=-name"
    assert queries() == [("东湖", "q=%E7%94%B2&sort=-name")]
    assert [action.label for action in listed.context["saved"]] == ["东湖"]
    assert [row.name for row in opened.context["rows"]] == ["甲某"]


def test_filters_are_seen_and_changed_by_their_owner_alone(client, neighbour, saved):
    client.force_login(neighbour)
    address = f"{FILTERS}{saved.pk}/"

    statuses = [
        client.get(address),
        client.post(address, {"name": "新"}),
        client.post(address, {"go": "delete"}),
    ]

    assert [each.status_code for each in statuses] == [404, 404, 404]
    assert (client.get(FILTERS).context["lines"], client.get(PEOPLE).context["saved"]) == ([], [])
    assert queries() == [("东湖", "q=甲&sort=-name")]


def test_filter_is_renamed_and_deleted(client, office, saved):
    client.force_login(office)

    client.post(f"{FILTERS}{saved.pk}/", {"name": "西湖"})
    renamed = queries()
    client.post(f"{FILTERS}{saved.pk}/", {"go": "delete"})

    assert (renamed, queries()) == ([("西湖", "q=甲&sort=-name")], [])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("东湖", "没有保存：您已在这个列表保存过同名的筛选"),
        ("", "没有保存：请填写不超过 30 个字的名称。"),
        ("长" * 31, "没有保存：请填写不超过 30 个字的名称。"),
        ("\x00", "没有保存：请填写不超过 30 个字的名称。"),
    ],
)
def test_name_that_is_taken_or_none_is_refused_with_words(client, office, saved, name, said):
    client.force_login(office)

    page = client.get(save(client, name=name).url)

    assert [str(message) for message in page.context["messages"]] == [said]
    assert SavedFilter.objects.count() == 1


def test_same_name_is_free_in_another_list_and_for_another_user(client, office, neighbour, saved):
    client.force_login(office)
    save(client, slug="terms")
    client.force_login(neighbour)
    save(client)

    assert SavedFilter.objects.count() == 3


def test_thirty_first_filter_is_refused(client, office):
    SavedFilter.objects.bulk_create(
        SavedFilter(user=office, slug="people", name=str(number)) for number in range(29)
    )
    client.force_login(office)

    save(client, name="第三十个")
    save(client, name="第三十一个")

    assert SavedFilter.objects.filter(name__startswith="第").count() == 1


@pytest.mark.parametrize(
    ("query", "opened"),
    [
        ("sort=gone&column=name&column=gone", "/records/people/?column=name"),
        ("after=1~1&count=exact&q=甲", "/records/people/?q=%E7%94%B2"),
        ("q=%00&sex=male", "/records/people/?sex=male"),
        ("political_status=abolished", "/records/people/?political_status=abolished"),
        ("&&==%zz", "/records/people/?=%3D%25zz"),
        ("", "/records/people/?"),
    ],
)
def test_outdated_filter_opens_harmlessly(client, office, saved, query, opened):
    SavedFilter.objects.update(query=query)
    client.force_login(office)

    answer = client.get(f"{FILTERS}{saved.pk}/")

    assert answer.url == opened
    assert client.get(answer.url).status_code == 200


def test_filter_of_a_list_that_is_gone_or_out_of_reach_leads_back(client, office, saved):
    client.force_login(office)
    SavedFilter.objects.update(slug="gone")
    gone = client.get(f"{FILTERS}{saved.pk}/")
    SavedFilter.objects.update(slug="families")

    assert (gone.url, client.get(f"{FILTERS}{saved.pk}/").url) == (FILTERS, FILTERS)


@pytest.mark.parametrize("slug", ["families", "gone", ""])
def test_filter_of_a_list_that_one_may_not_see_is_not_kept(client, office, slug):
    client.force_login(office)

    assert save(client, slug=slug).status_code == 404
    assert queries() == []


def test_filters_stay_with_a_user_whose_grants_end(client, office, saved):
    Grant.objects.filter(user=office).delete()
    client.force_login(office)

    assert client.get(f"{FILTERS}{saved.pk}/").url == FILTERS
