from datetime import date
from decimal import Decimal

import pytest

from associations.enums import Body, Constituency, Level, Post
from members.rules import QuotaResult
from members.seat_counts import Seat
from portal.oversight.quota_words import lines_of
from portal.oversight.quotas import quotas_of, quotas_of_many, what_if
from tests import factories

DAY = date(2021, 6, 30)


def council_of(place, grassroots, total, constituency=Constituency.GRASSROOTS):
    term = factories.term(place)
    for number in range(total):
        factories.seat(term, constituency=constituency if number < grassroots else Constituency.OTHER)
    return term


def council_quota(place, on=DAY):
    return next(quota for quota in quotas_of(place, on=on) if quota.body == Body.COUNCIL)


@pytest.fixture
def jiangxi_rule(province):
    return factories.quota_rule(factories.policy(province), Body.COUNCIL, 30)


def test_twenty_of_fifty_meets_thirty_percent(county, jiangxi_rule):
    council_of(county, 20, 50)

    quota = council_quota(county)

    assert (quota.verdict, quota.total, quota.counted) == (QuotaResult.MET, 50, 20)
    assert (quota.percent, quota.required_percent) == (Decimal("40.0"), Decimal(30))
    assert (quota.rule.issuer_code, quota.rule.clause) == ("36", "二（三）")


@pytest.mark.parametrize(
    ("min_percent", "verdict", "replace", "add"),
    [(40, QuotaResult.MET, 0, 0), (50, QuotaResult.SHORT, 5, 10)],
)
def test_quota_includes_the_number_itself(county, min_percent, verdict, replace, add):
    factories.quota_rule(factories.policy(county), Body.COUNCIL, min_percent)
    council_of(county, 20, 50)

    quota = council_quota(county)

    assert (quota.verdict, quota.short_by_replacement, quota.short_by_addition) == (verdict, replace, add)


def test_quota_without_rule_is_never_met(county):
    council_of(county, 20, 50)

    quota = council_quota(county)

    assert (quota.verdict, quota.total, quota.rule) == (QuotaResult.NO_RULE, 50, None)


def test_quota_without_seats_is_no_council(county, jiangxi_rule):
    quota = council_quota(county)

    assert (quota.verdict, quota.percent) == (QuotaResult.NO_COUNCIL, None)
    assert quota.required_percent == Decimal(30)


def test_served_people_count_only_where_the_rule_says_so(city, county, other_county):
    factories.quota_rule(factories.policy(city), Body.COUNCIL, 40)
    own = factories.policy(other_county)
    both = [Constituency.GRASSROOTS, Constituency.SERVED]
    factories.quota_rule(own, Body.COUNCIL, 40, constituencies=both)
    for place in (county, other_county):
        council_of(place, 4, 10, constituency=Constituency.SERVED)

    assert council_quota(county).verdict == QuotaResult.SHORT
    assert council_quota(other_county).verdict == QuotaResult.MET


def test_nearest_issuer_binds_though_weaker_and_says_so(province, county, jiangxi_rule):
    factories.quota_rule(factories.policy(county, number="东府〔2021〕1号"), Body.COUNCIL, 20)

    quota = council_quota(county)

    (line,) = lines_of([quota])

    assert quota.rule.document_number == "东府〔2021〕1号"
    assert (quota.weaker_than.issuer_code, quota.superior_percent) == ("36", 30)
    assert line.weaker == f"江西省计划生育协会 {quota.weaker_than}，不低于 30%"


def test_person_with_two_posts_counts_once_in_each_body(county, jiangxi_rule):
    term = factories.term(county)
    someone = factories.person(county)
    factories.seat(term, Post.SECRETARY_GENERAL, person=someone)
    factories.seat(term, Post.STANDING_MEMBER, person=someone, constituency=Constituency.GRASSROOTS)

    congress, council, standing = quotas_of(county, on=DAY)

    assert (congress.total, council.total, standing.total) == (0, 1, 1)
    assert council.counted == 1


def test_verdicts_follow_the_day(county, jiangxi_rule):
    term = factories.term(county)
    factories.seat(term, constituency=Constituency.GRASSROOTS, ends_on=date(2021, 6, 30))
    factories.seat(term)

    verdicts = [council_quota(county, date(2021, *day)).verdict for day in ((6, 30), (7, 1))]

    assert verdicts == [QuotaResult.MET, QuotaResult.SHORT]


def test_what_if_counts_departures_and_entries(county, jiangxi_rule):
    term = council_of(county, 2, 10)
    leaving = [seat.pk for seat in term.appointments.filter(constituency=Constituency.OTHER)[:1]]
    entering = [Seat(post=Post.COUNCIL_MEMBER, constituency=Constituency.GRASSROOTS)]

    changed = what_if(county, on=DAY, leave=leaving, enter=entering)

    assert council_quota(county).verdict == QuotaResult.SHORT
    assert [(quota.total, quota.counted) for quota in changed] == [(0, 0), (10, 3), (0, 0)]
    assert changed[1].verdict == QuotaResult.MET


def test_quotas_of_many_take_three_statements(county, other_county, jiangxi_rule, django_assert_num_queries):
    council_of(county, 3, 10)

    with django_assert_num_queries(3):
        quotas = quotas_of_many([county, other_county], on=DAY)

    assert [quotas[place.pk][1].total for place in (county, other_county)] == [10, 0]


def test_rule_binds_only_its_levels(county, jiangxi_rule):
    township = factories.association("360102001", level=Level.TOWNSHIP)
    council_of(township, 5, 10)

    assert council_quota(township).verdict == QuotaResult.NO_RULE


def test_unit_of_a_village_is_bound_by_the_rules_above_its_host(county, jiangxi_rule):
    for code in ("360102001", "360102001001"):
        factories.association(code)
    unit = factories.association("360102001001-0001")
    document = jiangxi_rule.document
    factories.quota_rule(
        document, Body.COUNCIL, 30, levels=[Level.UNIT], scope=factories.association("360103")
    )
    own = factories.association("360102001002")
    factories.quota_rule(document, Body.COUNCIL, 60, levels=[Level.UNIT], scope=unit.parent)

    assert council_quota(unit).required_percent == Decimal(60)
    assert council_quota(own).verdict == QuotaResult.NO_RULE
