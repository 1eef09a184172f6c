from datetime import date

import pytest

from associations.enums import Body, Constituency, Milestone, MilestoneStep
from associations.register.coverage import Coverage
from portal.oversight.overview import QuotaTally, overview_of
from portal.oversight.rules_under import RulesUnder
from portal.oversight.verdicts import Progress
from tests import factories

DAY = date(2021, 6, 30)


@pytest.fixture
def ruled(province):
    document = factories.policy(province)
    factories.quota_rule(document, Body.COUNCIL, 30, levels=[3])
    factories.milestone_rule(document, Milestone.PLAN_ISSUED, deadline=date(2020, 12, 31), levels=[3])


def test_overview_adds_up_the_children(province, city, county, other_county, ruled):
    factories.association("360102001", established_on=None)
    factories.seat(factories.term(county), constituency=Constituency.GRASSROOTS)
    factories.milestone_step(county, Milestone.PLAN_ISSUED, MilestoneStep.CLAIMED, date(2020, 12, 1))

    overview = overview_of(city, on=DAY)

    assert [(child.code, child.coverage, child.quotas, child.reform) for child in overview.children] == [
        (
            "360102",
            Coverage(due=2, established=1),
            QuotaTally(bound=1, met=1),
            Progress(required=1, claimed=1, bound_count=1, claimed_count=1),
        ),
        (
            "360103",
            Coverage(due=1, established=1),
            QuotaTally(bound=1, met=0),
            Progress(required=1, overdue=1, bound_count=1, overdue_count=1),
        ),
    ]
    assert overview.total.coverage == Coverage(due=4, established=3)
    assert [(item.association, item.days) for item in overview.overdue] == [(other_county, 181)]


def test_counties_of_a_municipality_and_cities_stand_side_by_side(db):
    hubei = factories.association("42")
    for code in ("4209", "420902", "429004", "429004001"):
        factories.association(code)

    overview = overview_of(hubei, on=DAY)

    assert [(child.code, child.coverage.due) for child in overview.children] == [("4209", 2), ("429004", 2)]


def test_overview_takes_the_same_statements_for_one_child_and_three(
    city, county, ruled, django_assert_num_queries
):
    with django_assert_num_queries(11):
        overview_of(city, on=DAY)
    for code in ("360103", "360104"):
        factories.seat(factories.term(factories.association(code)))
    with django_assert_num_queries(11):
        overview_of(city, on=DAY)


def test_terms_are_counted_wherever_they_sit_and_whatever_binds_there(city, county, ruled):
    township = factories.association("360102001")
    village = factories.association("360102001001")
    for place in (township, village):
        factories.term(place, starts_on=date(2015, 1, 10))
    factories.term(county, starts_on=date(2016, 10, 1))

    terms = overview_of(city, on=DAY).terms

    assert (terms.count, terms.ended_count) == (3, 2)
    assert [notice.association for notice in terms.urgent] == [township, village, county]


def test_quota_binds_whom_no_milestone_binds(city, county, ruled, province):
    village = factories.association("360102001001")
    own = factories.policy(county)
    factories.quota_rule(own, Body.COUNCIL, 20, levels=[5])

    rules = RulesUnder.at(city, on=DAY)

    assert overview_of(city, on=DAY).total.quotas == QuotaTally(bound=2, met=0)
    assert rules.bound(rules.bound_by_quotas) == [county, village]
    assert rules.bound(rules.bound_by_milestones) == [county]
