"""Looks and sign-ins."""

from datetime import timedelta

import pytest

from portal.accounts.models import SignIn
from portal.audit.enums import Channel
from portal.audit.looks import record_looks
from portal.lib.dates import now, today
from tests import factories


def rows(response) -> list[list[str]]:
    return response.context["rows"]


@pytest.fixture
def looked(county, other_county, office, neighbour):
    """Two looks in the county and one in the other."""
    here, there = factories.family(county), factories.family(other_county)
    person = factories.person(county)
    for record, user, channel, place in (
        (here, office, Channel.PAGE, county),
        (person, office, Channel.API, county),
        (there, neighbour, Channel.EXPORT, other_county),
    ):
        record_looks(
            user=user,
            records=[record],
            code_of=lambda _, place=place: place.code,
            channel=channel,
            purpose="核对",
        )
    return here, person


def test_looks_say_who_saw_what(asked, looked):
    family, person = looked

    found = [row[1:] for row in rows(asked("/audit/looks/"))]

    assert found == [
        ["office（office）", "接口", "人员", str(person.pk), "360102", "核对"],
        ["office（office）", "页面", family._meta.verbose_name, str(family.pk), "360102", "核对"],
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"kind": "members.family"}, 1),
        ({"channel": "api"}, 1),
        ({"channel": "export"}, 0),
        ({"who": "office"}, 2),
        ({"who": "neighbour"}, 0),
        ({"under": "360103"}, 0),
        ({"under": "36"}, 2),
        ({"since": (today() + timedelta(days=1)).isoformat()}, 0),
        ({"until": today().isoformat()}, 2),
        ({"record": "999999"}, 0),
    ],
)
def test_filter_of_looks_keeps_what_it_says(asked, looked, query, count):
    assert len(rows(asked("/audit/looks/", **query))) == count


def test_sign_ins_and_failures_are_listed(client, auditor, office, neighbour):
    for name, password in (
        ("office", "wrong"),
        ("office", "Correct-horse-1"),
        ("neighbour", "wrong"),
        ("x", "wrong"),
    ):
        client.post("/accounts/sign-in/", {"username": name, "password": password})
    client.force_login(auditor)

    found = rows(client.get("/audit/sign-ins/"))

    assert [row[1:4] for row in found] == [
        ["auditor", "", "登录"],
        ["office", "", "登录"],
        ["office", "", "登录失败"],
    ]
    assert found[1][4] == found[2][4] == "127.0.0.1"
    (failed,) = rows(client.get("/audit/sign-ins/", {"outcome": "failure"}))
    assert failed[3] == "登录失败"
    assert rows(client.get("/audit/sign-ins/", {"who": "neighbour"})) == []


def test_sign_ins_are_paged_both_ways(asked, office):
    at = now()
    asked()
    SignIn.objects.all().delete()
    SignIn.objects.bulk_create([SignIn(user=office, session_hash=str(each)) for each in range(120)])
    SignIn.objects.update(at=at)

    first = asked("/audit/sign-ins/")
    second = asked("/audit/sign-ins/" + first.context["next_url"])
    third = asked("/audit/sign-ins/" + second.context["next_url"])
    back = asked("/audit/sign-ins/" + third.context["previous_url"])

    assert [len(rows(page)) for page in (first, second, third)] == [50, 50, 20]
    assert (third.context["next_url"], rows(back)) == ("", rows(second))


@pytest.mark.parametrize("name", ["looks", "disclosures", "sign-ins"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_lists_are_exported(asked, looked, name, suffix):
    response = asked(f"/audit/{name}/export.{suffix}")

    content = b"".join(response.streaming_content)
    assert content[:2] == {"csv": b"\xef\xbb", "xlsx": b"PK"}[suffix]


@pytest.mark.parametrize("path", ["/audit/looks/", "/audit/sign-ins/"])
def test_lists_cost_the_same_for_one_row_and_many(asked, county, office, django_assert_num_queries, path):
    asked(path)
    family = factories.family(county)
    for count in (1, 3):
        for _ in range(count):
            record_looks(user=office, records=[family], code_of=lambda _: "360102", channel=Channel.PAGE)
            SignIn.objects.create(user=office, session_hash=str(count))
        with django_assert_num_queries(10):
            assert len(rows(asked(path))) >= count
