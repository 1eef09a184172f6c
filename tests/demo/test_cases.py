"""The cases that the rules are explained by stand in the demo as the pages and reports will judge them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from associations.enums import Body, Milestone, MilestoneState
from associations.models import Association
from associations.policies.pack_loading import load_packs
from associations.policies.packs import read_packs
from associations.register.imports import OFFICIAL_LIST, import_divisions
from members.models import Appointment
from members.rules import QuotaResult
from portal.demo import cases, loading
from portal.lib.database_limits import MAINTENANCE, limited
from portal.oversight.quotas import quotas_of
from portal.oversight.reform import statuses_of
from portal.reports import quota as quota_report
from tests import factories

DAY = date(2026, 10, 31)
PLACES = ("360103", "360104", "360111", "360121", "360123", "360781", "3602", "310107", "230402", "420902")


@pytest.fixture
def demo(db, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    for code in ("36", "3601", "3607", "31", "23", "2304", "42", "4209", *PLACES):
        factories.association(code, established_on=None)
    load_packs(read_packs())
    with limited(MAINTENANCE):
        loading.load(["36", "310107", "230402", "420902"], seed=1, scale=1, say=lambda line: None)


def council(code, body=Body.COUNCIL, on=DAY):
    quotas = quotas_of(Association.objects.get(code=code), on=on)
    return next(quota for quota in quotas if quota.body == body)


def test_same_council_meets_two_rules_fails_one_and_has_none_elsewhere(demo):
    quotas = [council(code) for code in ("360103", "230402", "310107", "420902")]

    assert [(quota.total, quota.verdict) for quota in quotas] == [
        (50, QuotaResult.MET),
        (50, QuotaResult.MET),
        (50, QuotaResult.SHORT),
        (50, QuotaResult.NO_RULE),
    ]
    assert (quotas[1].percent, quotas[1].required_percent) == (Decimal("40.0"), Decimal(40))


@pytest.mark.parametrize(("code", "total", "counted"), [("360121", 403, 161), ("360123", 43, 17)])
def test_congress_a_breath_below_forty_is_short_by_one(demo, code, total, counted):
    quota = council(code, Body.CONGRESS)

    assert (quota.total, quota.counted, quota.verdict) == (total, counted, QuotaResult.SHORT)
    assert (quota.percent < 40, quota.short_by_replacement) == (True, 1)


def test_served_people_count_for_nothing_in_jiangxi(demo):
    assert (council("360104").counted, council("360104").verdict) == (0, QuotaResult.SHORT)


def test_plan_of_the_last_day_is_claimed_then_and_verified_the_year_after(demo):
    county = Association.objects.get(code=cases.PLAN_IN_TIME)

    plans = [
        next(status for status in statuses_of(county, on=day) if status.milestone == Milestone.PLAN_ISSUED)
        for day in (date(2020, 12, 31), date(2021, 6, 30))
    ]

    assert [(plan.state, plan.is_overdue, plan.is_late) for plan in plans] == [
        (MilestoneState.CLAIMED, False, False),
        (MilestoneState.VERIFIED, False, False),
    ]


def test_second_session_lets_nine_leave_and_ten_enter(demo):
    code, day = cases.SECOND_SESSION
    seats = Appointment.objects.filter(term__association__code=code)

    totals = [council(code, on=day + timedelta(days=shift)).total for shift in (-1, 0, 1)]

    assert seats.filter(ends_on=day - timedelta(days=1)).count() == 9
    assert seats.filter(starts_on=day).count() == 10
    assert totals == [totals[0], totals[0] + 1, totals[0] + 1]


def test_county_whose_council_was_never_formed_is_not_met(demo):
    assert council("360781").verdict == QuotaResult.NO_COUNCIL


def test_county_without_a_city_hangs_under_the_municipality_and_in_its_report(db):
    import_divisions(OFFICIAL_LIST, prefixes=["310107"])
    shanghai = Association.objects.get(code="31")

    report = quota_report.build(shanghai, on=DAY, made_on=DAY)

    assert Association.objects.get(code="310107").parent == shanghai
    assert [row.place.code for row in report.rows] == ["31", "310107"]
