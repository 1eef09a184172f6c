from datetime import date
from decimal import Decimal

import pytest

from tasks.enums import VenueKind
from tasks.models import Venue
from tests import factories
from tests.records.conftest import TYPES

VENUES = TYPES["venues"]


def entry(**values):
    return {
        "association": "360102",
        "kind": "warm-home",
        "name": "某暖心家园",
        "address": "某路2号",
        "area": "80.50",
        "opened_on": "2021-06-01",
        "recognition": "national",
        "essentials": ["place", "rules", "upkeep"],
        "facilities": "活动室、心理咨询室",
        "phone": "13812345678",
    } | values


def test_warm_home_is_registered_with_what_it_has_of_the_six(client, office, county):
    client.force_login(office)

    client.post(VENUES.url("create"), entry())

    venue = Venue.objects.get()
    listed = client.get(VENUES.url("list"), {"column": ["name", "area", "essentials", "phone"]})
    assert (venue.association, venue.area, venue.essentials) == (
        county,
        Decimal("80.50"),
        ["place", "rules", "upkeep"],
    )
    assert [cell.text for cell in listed.context["rows"][0].cells] == [
        "某暖心家园",
        "80.50",
        "3/6：场所、制度、管理",
        "138****5678",
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": "members-home"}, "“六有”只适用于暖心家园"),
        ({"area": "0"}, "大于"),
        ({"area": "-1"}, "大于"),
        ({"essentials": ["garden"]}, "选择一个有效的选项"),
        ({"association": "360103"}, "没有这个协会，或不在您的管理范围内"),
    ],
)
def test_wrong_venue_is_refused(client, office, county, other_county, wrong, message):
    client.force_login(office)

    response = client.post(VENUES.url("create"), entry(**wrong))

    ((shown,),) = response.context["form"].errors.values()
    assert message in shown
    assert Venue.objects.count() == 0


def test_name_is_taken_once_in_an_association(client, office, county):
    client.force_login(office)

    client.post(VENUES.url("create"), entry())
    twice = client.post(VENUES.url("create"), entry())

    assert "该协会已登记同名阵地" in twice.content.decode()
    assert Venue.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"kind": "warm-home"}, ["甲"]),
        ({"missing": "plan"}, ["甲"]),
        ({"missing": "place"}, []),
        ({"recognition": "county"}, ["乙"]),
        ({"on": "2020-06-30"}, ["甲"]),
        ({"on": "2020-01-09"}, []),
        ({"on": "2021-12-31"}, ["甲", "乙"]),
        ({"on": "2022-01-01"}, ["甲"]),
    ],
)
def test_list_keeps_what_the_filters_ask_for(client, office, county, query, names):
    factories.venue(county, name="甲", kind=VenueKind.WARM_HOME, essentials=["place"])
    factories.venue(
        county,
        name="乙",
        recognition="county",
        opened_on=date(2020, 7, 1),
        closed_on=date(2021, 12, 31),
    )
    client.force_login(office)

    rows = client.get(VENUES.url("list"), query).context["rows"]

    assert [row.cells[0].text for row in rows] == names


def test_venue_closes_and_its_history_says_what_it_had_in_words(client, office, county):
    venue = factories.venue(county, kind=VenueKind.WARM_HOME, essentials=["place"])
    client.force_login(office)
    values = {"name": venue.name, "essentials": ["place", "sign"], "phone": "13912345678", "seen": "1"}

    client.post(VENUES.url("edit", venue.pk), entry(**values))
    client.post(VENUES.url("end", venue.pk), {"closed_on": "2022-01-01", "seen": "2"})

    page = client.get(VENUES.url("history", venue.pk)).content.decode()
    venue.refresh_from_db()
    assert venue.closed_on == date(2022, 1, 1)
    assert "场所、标识" in page
    assert "139****5678" in page
    assert "13912345678" not in page


def test_level_of_recognition_is_set_for_many(client, office, county):
    made = [factories.venue(county) for _ in range(2)]
    client.force_login(office)
    chosen = {"pk": [each.pk for each in made], "changed": ["recognition"], "recognition": "city"}

    client.post(VENUES.url("bulk"), chosen | {"go": "write", "expected": "2"})

    assert set(Venue.objects.values_list("recognition", flat=True)) == {"city"}
