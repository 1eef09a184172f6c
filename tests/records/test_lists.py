import csv
import io
from datetime import date

import pytest
from django.db import connection
from python_calamine import CalamineWorkbook

from members.models import Person
from portal.records.queries import Count, exact_count_of
from tests import factories

from .conftest import make

PEOPLE = "/records/people/"


def keys(response):
    return [row.key for row in response.context["rows"]]


def names(response):
    return [row.cells[0].text for row in response.context["rows"]]


@pytest.fixture
def crowd(county):
    """120 people, whose names repeat, so that pages must break ties by the key."""
    return [
        factories.person(county, name=f"名{number % 7}", name_key=f"m{number % 7}") for number in range(120)
    ]


@pytest.mark.parametrize("who", ["office", "leader", "verifier"])
def test_list_shows_the_records_of_the_subtree(client, request, record_type, record, other_county, who):
    make(record_type.slug, other_county)
    client.force_login(request.getfixturevalue(who))

    response = client.get(record_type.url("list"), {"under": "360102"})

    if (who, record_type.slug) == ("leader", "people"):
        assert response.status_code == 404
    else:
        assert keys(response) == [record.pk]


def test_list_shows_nothing_from_elsewhere(client, neighbour, record_type, record):
    client.force_login(neighbour)

    assert keys(client.get(record_type.url("list"))) == []


def test_list_is_missing_for_who_may_see_none(client, outsider, record_type, record):
    client.force_login(outsider)

    assert client.get(record_type.url("list")).status_code == 404


@pytest.mark.parametrize("sort", ["name", "-name", "code", "-code"])
def test_list_pages_by_key_both_ways(client, office, crowd, sort):
    client.force_login(office)

    first = client.get(PEOPLE, {"sort": sort})
    second = client.get(PEOPLE + first.context["next_url"])
    third = client.get(PEOPLE + second.context["next_url"])
    back = client.get(PEOPLE + third.context["previous_url"])

    ordered = sorted(crowd, key=lambda person: (person.name_key if "name" in sort else "", person.pk))
    expected = [person.pk for person in (reversed(ordered) if sort.startswith("-") else ordered)]
    assert keys(first) + keys(second) + keys(third) == expected
    assert keys(back) == keys(second)
    assert (first.context["previous_url"], third.context["next_url"]) == ("", "")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"q": "甲"}, ["甲某"]),
        ({"q": "ym"}, ["乙某"]),
        ({"sex": "male"}, ["乙某"]),
        ({"political_status": "party-member"}, ["甲某"]),
        ({"education": "bachelor"}, ["乙某"]),
        ({"under": "360102"}, ["甲某", "乙某"]),
        ({"under": "360103"}, []),
        ({"under": "' OR 1=1"}, []),
        ({"sex": "male", "q": "甲"}, []),
    ],
)
def test_list_keeps_what_the_filters_ask_for(client, office, county, query, shown):
    factories.person(county, name="甲某", name_key="jm", political_status="party-member")
    factories.person(county, name="乙某", name_key="ym", sex="male", education="bachelor")
    client.force_login(office)

    assert names(client.get(PEOPLE, query)) == shown


@pytest.mark.parametrize(
    ("slug", "query", "found"),
    [
        ("terms", {"congress_from": "2020-01-10", "congress_to": "2020-01-10"}, True),
        ("terms", {"congress_from": "2020-01-11"}, False),
        ("terms", {"congress_to": "2020-01-09"}, False),
        ("sessions", {"held_from": "2020-01-10", "held_to": "2020-01-10"}, True),
        ("sessions", {"held_from": "2020-01-11"}, False),
        ("sessions", {"body": "council"}, True),
        ("sessions", {"body": "standing"}, False),
        ("sessions", {"held_from": "2020-02-30"}, False),
    ],
)
def test_council_lists_keep_what_the_filters_ask_for(client, office, record_type, record, query, found):
    client.force_login(office)

    assert keys(client.get(record_type.url("list"), query)) == ([record.pk] if found else [])


@pytest.mark.parametrize(
    "query",
    [{"sort": "phone"}, {"sort": "nothing"}, {"column": "name_key"}, {"after": "x"}, {"before": "a~b"}],
)
def test_list_refuses_an_address_that_it_did_not_write(client, office, query):
    client.force_login(office)

    assert client.get(PEOPLE, query).status_code == 400


def test_list_shows_the_chosen_columns_and_carries_them_along(client, office, crowd):
    client.force_login(office)

    response = client.get(PEOPLE, {"column": ["name", "phone"], "q": "名1"})

    assert [head.label for head in response.context["heads"]] == ["姓名", "电话"]
    assert response.context["kept"] == [("column", "name"), ("column", "phone")]
    assert response.context["kept_by_columns"] == [("q", "名1")]


def test_count_beyond_the_limit_is_a_lower_bound_and_exact_on_demand(client, office, crowd, monkeypatch):
    monkeypatch.setattr("portal.records.queries.COUNT_LIMIT", 100)
    client.force_login(office)

    bound = client.get(PEOPLE)
    exact = client.get(PEOPLE + bound.context["count_url"])

    assert (str(bound.context["count"]), str(exact.context["count"])) == ("100 条以上", "120 条")
    assert (bound.context["count_url"], exact.context["count_url"]) == ("?count=exact", "")


def test_count_never_says_what_the_planner_expects(client, office, crowd, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE members_person")
    Person.objects.filter(pk__in=[person.pk for person in crowd[:60]]).delete()
    client.force_login(office)

    assert str(client.get(PEOPLE).context["count"]) == "60 条"


@pytest.mark.parametrize("edge", ["", "?after=0~0"])
def test_count_is_of_the_whole_list_wherever_its_page_begins(client, office, crowd, edge):
    client.force_login(office)

    assert str(client.get(PEOPLE + edge).context["count"]) == "120 条"


@pytest.mark.parametrize(("limit", "shown"), [(119, "119 条以上"), (120, "120 条")])
def test_count_is_exact_up_to_the_limit(client, office, crowd, monkeypatch, limit, shown):
    monkeypatch.setattr("portal.records.queries.COUNT_LIMIT", limit)
    client.force_login(office)

    assert str(client.get(PEOPLE, {"q": "名"}).context["count"]) == shown


@pytest.mark.parametrize(("query", "shown"), [({}, "50 条以上"), ({"q": "名1"}, "17 条")])
def test_count_that_would_search_for_long_says_what_the_page_has_shown(
    client, office, crowd, monkeypatch, query, shown
):
    monkeypatch.setattr("portal.records.queries.MOST_COST", 0)
    client.force_login(office)

    assert str(client.get(PEOPLE, query).context["count"]) == shown


def test_exact_count_that_takes_too_long_says_so(crowd, office):
    rows = Person.objects.visible_to(office).extra(where=["pg_sleep(0.02) IS NOT NULL"])
    before = statement_timeout()

    count = exact_count_of(rows, at_least=50, seconds=1)

    assert str(count) == "50 条以上"
    assert count.note == "准确计数超过 1 秒，已停止；请缩小筛选范围后再试"
    assert statement_timeout() == before


def statement_timeout():
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "条数未统计"), (50, "50 条以上"), (9_999, "9999 条以上"), (20_000, "2 万条以上")],
)
def test_lower_bound_is_said_as_one(number, words):
    assert str(Count(number=number, is_exact=False)) == words


@pytest.mark.parametrize("more", [0, 2])
def test_list_asks_the_same_queries_for_one_row_and_for_three(
    client, office, record_type, record, county, more, django_assert_num_queries
):
    for number in range(more):
        make(record_type.slug, factories.association(f"36010200{number}"))
    client.force_login(office)

    with django_assert_num_queries(11):
        response = client.get(record_type.url("list"))

    assert len(keys(response)) == 1 + more


def test_export_says_what_the_list_says(client, office, crowd):
    client.force_login(office)
    query = {"column": ["name", "code"], "q": "名3", "sort": "-name"}

    listed = client.get(PEOPLE, query)
    text = b"".join(client.get(f"{PEOPLE}export.csv", query).streaming_content).decode("utf-8-sig")
    book = b"".join(client.get(f"{PEOPLE}export.xlsx", query).streaming_content)

    table = [["姓名", "协会代码"], *([cell.text for cell in row.cells] for row in listed.context["rows"])]
    assert len(table) == 18
    assert list(csv.reader(io.StringIO(text))) == table
    assert CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python() == table


def test_export_masks_telephones_and_keeps_days_as_days(client, office, county):
    factories.person(county, name="甲某", phone="13812345678", born_on=date(1980, 2, 29))
    client.force_login(office)

    response = client.get(f"{PEOPLE}export.xlsx", {"column": ["name", "born_on", "phone"]})

    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    assert book.get_sheet_by_index(0).to_python()[1] == ["甲某", date(1980, 2, 29), "138****5678"]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_export_holds_nothing_from_elsewhere(client, neighbour, crowd, format):
    client.force_login(neighbour)

    content = b"".join(client.get(f"{PEOPLE}export.{format}").streaming_content)

    if format == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["姓名"]
