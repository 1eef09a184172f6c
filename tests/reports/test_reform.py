from datetime import date
from decimal import Decimal

from associations.enums import Milestone, MilestoneState
from portal.oversight.verdicts import Progress
from portal.reports import reform
from portal.reports.archive import restored, stored
from portal.reports.drawings import drawings_of
from portal.reports.models import ReportKind
from portal.reports.paper import page_of
from portal.reports.tiles import tiles_of
from tests import factories
from tests.reports.conftest import DAY

TODAY = date(2026, 6, 9)


def build(place, on=DAY):
    return reform.build(place, on=on, made_on=TODAY)


def test_report_of_city_adds_up_its_counties(councils, city):
    report = build(city)

    assert report.cover.progress == Progress(
        required=6, verified=1, claimed=1, overdue=4, bound_count=6, claimed_count=1, overdue_count=4
    )
    assert report.cover.verified_percent == Decimal("16.6")
    assert [(row.place.code, row.own.verified, row.below.required) for row in report.rows] == [
        ("3601", 0, 6),
        ("360102", 1, 2),
        ("360103", 0, 2),
    ]


def test_overdue_item_counts_the_days_after_the_deadline(councils, other_county):
    plan = build(other_county).overdue[0]

    assert (plan.milestone, plan.state) == (Milestone.PLAN_ISSUED, MilestoneState.NOT_STARTED)
    assert (plan.deadline, plan.days_overdue) == (date(2020, 12, 31), 181)
    assert (plan.reason, plan.remedy) == ("尚未启动", "尽快启动，成文后申报")


def test_nothing_is_overdue_on_the_deadline_itself(councils, other_county):
    overdue = build(other_county, on=date(2020, 12, 31)).overdue

    assert overdue == ()


def test_claim_that_waits_is_listed_with_its_age(councils, county):
    report = build(county)

    assert [(item.milestone, item.days_waiting) for item in report.waiting] == [(Milestone.BUDGET, 91)]
    assert report.overdue == ()


def test_claim_dated_after_the_deadline_is_late(rules, county):
    factories.milestone_step(county, Milestone.PLAN_ISSUED, "claimed", date(2021, 2, 1))

    (late,) = build(county).late

    assert (late.deadline, late.achieved_on) == (date(2020, 12, 31), date(2021, 2, 1))


def test_bound_townships_count_in_the_totals_of_their_city(councils, city, county):
    township = factories.association("360102001")
    document = factories.policy(county)
    factories.milestone_rule(document, Milestone.STAFFED, levels=[4])

    report = build(city)

    assert township.code not in [row.place.code for row in report.rows]
    assert report.cover.progress.required == 7
    assert [row.below.required for row in report.rows] == [7, 3, 2]


def test_waiting_claim_of_weight_nought_is_listed_and_in_no_sum(councils, rules, city, county):
    factories.milestone_rule(rules, Milestone.PARTY_GROUP, weight=0)
    factories.milestone_step(county, Milestone.PARTY_GROUP, "claimed", date(2021, 4, 1))

    report = build(city)
    page = page_of(report)

    assert [(item.milestone, item.weight) for item in report.waiting] == [
        (Milestone.PARTY_GROUP, 0),
        (Milestone.BUDGET, 1),
    ]
    assert (report.cover.progress.claimed, report.waiting_unweighted) == (1, 1)
    waiting = tiles_of(report)[1]
    assert (waiting.label, waiting.figure, waiting.note) == ("已申报待核实", "2", "其中不计权重1项")
    assert "已申报待核实2项" in page
    assert "已申报待核实1，逾期4" in page
    assert "党组（不计权重）" in page


def test_milestone_that_is_not_computed_is_drawn_without_a_figure(rules, city, county):
    factories.milestone_rule(rules, Milestone.NETWORK)

    report = build(city)

    line = report.milestones[-1]
    assert (line.milestone, line.not_computed, line.verified_percent) == (Milestone.NETWORK, 2, None)
    assert "乡村两级组织健全尚未计算" in drawings_of(report)["milestones"].picture


def test_stored_report_comes_back_exactly(councils, city):
    report = build(city)

    assert restored(ReportKind.REFORM, stored(report)) == report
