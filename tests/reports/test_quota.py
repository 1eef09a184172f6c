from datetime import date
from decimal import Decimal

from associations.enums import Body, Constituency, Post
from members.rules import QuotaResult
from portal.oversight.overview import QuotaTally, overview_of
from portal.reports import quota
from portal.reports.archive import restored, stored
from portal.reports.content import QuotaCover
from portal.reports.models import ReportKind
from portal.reports.tiles import tiles_of
from tests import factories
from tests.reports.conftest import DAY, seats

TODAY = date(2026, 6, 9)


def build(place, on=DAY):
    return quota.build(place, on=on, made_on=TODAY)


def test_report_of_city_lists_itself_and_its_counties(councils, city):
    report = build(city)

    assert [(row.place.code, row.place.depth) for row in report.rows] == [
        ("3601", 0),
        ("360102", 1),
        ("360103", 1),
    ]
    assert report.cover == QuotaCover(
        associations=3,
        associations_met=0,
        ruled=6,
        met=1,
        short=1,
        no_council=4,
        no_rule=3,
        met_percent=Decimal("16.6"),
        seats_to_replace=1,
    )
    assert report.subject.superior == "江西省计划生育协会"


def test_shortfall_says_how_many_seats(councils, county):
    congress = build(county).shortfalls[0]

    assert congress.quota.verdict == QuotaResult.SHORT
    assert congress.reason == "6人中基层一线2人，占33.3%，低于40%"
    assert congress.remedy == "将1席调整为基层一线人员，或增补1名基层一线人员"


def test_report_of_province_groups_counties_below_their_cities(councils, province):
    factories.association("360900")
    factories.association("3604")
    factories.association("360402")

    places = [(row.place.code, row.place.depth) for row in build(province).rows]

    assert places == [
        ("36", 0),
        ("3601", 1),
        ("360102", 2),
        ("360103", 2),
        ("3604", 1),
        ("360402", 2),
        ("360900", 1),
    ]


def test_report_of_village_is_about_itself_alone(councils, county):
    factories.association("360102001")
    village = factories.association("360102001001")

    assert [row.place.code for row in build(village).rows] == ["360102001001"]


def test_rules_name_their_document_and_whom_they_bind(councils, city):
    found = [(line.body, str(line.rule), line.required_percent, line.bound) for line in build(city).rules]

    assert found == [
        (Body.CONGRESS, "赣卫办字〔2020〕4号 二（三）", Decimal("40.00"), 3),
        (Body.COUNCIL, "赣卫办字〔2020〕4号 二（三）", Decimal("30.00"), 3),
    ]


def test_report_takes_the_same_statements_for_one_and_three_counties(
    councils, city, django_assert_num_queries
):
    with django_assert_num_queries(6):
        build(city)
    seats(factories.association("360104"), grassroots=1, total=3)

    with django_assert_num_queries(6):
        build(city)


def test_associations_that_meet_every_quota_are_those_of_the_dashboard(rules, city, county, other_county):
    seats(county, grassroots=2, total=5)
    factories.seat(county.terms.get(), Post.COUNCIL_MEMBER, constituency=Constituency.GRASSROOTS)

    report = build(city)
    tile = tiles_of(report)[0]

    assert overview_of(city, on=DAY).total.quotas == QuotaTally(bound=3, met=1)
    assert (report.associations_ruled, report.cover.associations_met) == (3, 1)
    assert (tile.label, tile.figure, tile.note) == ("协会达标率", "33.3", "3个中1个全部达标")


def test_stored_report_comes_back_exactly(councils, city):
    report = build(city)

    assert restored(ReportKind.QUOTA, stored(report)) == report
