from datetime import date

import pytest

from associations.enums import Body, Constituency, Milestone, MilestoneState, MilestoneStep
from portal.oversight.reform import progress_of, statuses_of, statuses_of_many
from portal.oversight.rules_under import RulesUnder
from portal.oversight.verdicts import Progress
from tests import factories

DEADLINE = date(2020, 12, 31)
PLAN = Milestone.PLAN_ISSUED


@pytest.fixture
def document(province):
    return factories.policy(province, number="赣测〔2020〕4号")


@pytest.fixture
def plan_rule(document):
    return factories.milestone_rule(document, PLAN, deadline=DEADLINE)


def plan_of(place, on):
    return next(status for status in statuses_of(place, on=on) if status.milestone == PLAN)


def test_plan_dated_on_the_deadline_and_verified_later_is_never_overdue(county, plan_rule):
    factories.milestone_step(county, PLAN, MilestoneStep.CLAIMED, DEADLINE)
    factories.milestone_step(county, PLAN, MilestoneStep.VERIFIED, date(2021, 3, 12))

    claimed, verified = plan_of(county, DEADLINE), plan_of(county, date(2021, 6, 30))

    assert (claimed.state, claimed.is_overdue, claimed.is_late) == (MilestoneState.CLAIMED, False, False)
    assert (verified.state, verified.is_overdue, verified.is_late) == (MilestoneState.VERIFIED, False, False)
    assert (verified.achieved_on, verified.document_number) == (DEADLINE, "东府办〔2020〕1号")


@pytest.mark.parametrize(("day", "overdue"), [(date(2020, 12, 31), False), (date(2021, 1, 1), True)])
def test_deadline_day_itself_is_in_time(county, plan_rule, day, overdue):
    assert plan_of(county, day).is_overdue is overdue


def test_claim_in_time_that_waits_for_its_verifier_is_neither_overdue_nor_late(county, plan_rule):
    factories.milestone_step(county, PLAN, MilestoneStep.CLAIMED, date(2020, 11, 2))

    status = plan_of(county, date(2022, 1, 1))

    assert (status.state, status.is_overdue, status.is_late) == (MilestoneState.CLAIMED, False, False)


def test_returned_claim_after_the_deadline_is_overdue(county, plan_rule):
    factories.milestone_step(county, PLAN, MilestoneStep.CLAIMED, date(2020, 11, 2))
    factories.milestone_step(county, PLAN, MilestoneStep.RETURNED, date(2020, 11, 9))

    status = plan_of(county, date(2021, 1, 1))

    assert (status.state, status.is_overdue, status.claimed_on) == (MilestoneState.RETURNED, True, None)


def test_document_dated_after_the_deadline_is_late(county, plan_rule):
    factories.milestone_step(county, PLAN, MilestoneStep.CLAIMED, date(2021, 2, 1))

    status = plan_of(county, date(2021, 2, 1))

    assert (status.is_overdue, status.is_late) == (False, True)


def test_milestone_that_no_rule_asks_for_is_not_shown(county, document):
    assert statuses_of(county, on=date(2021, 1, 1)) == ()


@pytest.mark.parametrize(
    ("grassroots", "state"), [(3, MilestoneState.VERIFIED), (2, MilestoneState.IN_PROGRESS)]
)
def test_quotas_milestone_follows_the_seats(county, document, grassroots, state):
    factories.milestone_rule(document, Milestone.QUOTAS)
    factories.quota_rule(document, Body.COUNCIL, 30)
    term = factories.term(county)
    for number in range(10):
        constituency = Constituency.GRASSROOTS if number < grassroots else Constituency.OTHER
        factories.seat(term, constituency=constituency)

    (status,) = statuses_of(county, on=date(2021, 1, 1))

    assert (status.milestone, status.state) == (Milestone.QUOTAS, state)


@pytest.mark.parametrize(
    ("day", "state"),
    [(date(2025, 1, 10), MilestoneState.VERIFIED), (date(2025, 1, 11), MilestoneState.IN_PROGRESS)],
)
def test_re_election_milestone_follows_the_term(county, document, day, state):
    factories.milestone_rule(document, Milestone.RE_ELECTION)
    factories.term(county, starts_on=date(2020, 1, 10))

    (status,) = statuses_of(county, on=day)

    assert status.state == state


def test_network_that_nothing_computes_stands_beside_the_rate_and_not_in_it(county, document, plan_rule):
    factories.milestone_rule(document, Milestone.NETWORK, deadline=DEADLINE)
    factories.milestone_step(county, PLAN, MilestoneStep.CLAIMED, date(2020, 11, 2))
    factories.milestone_step(county, PLAN, MilestoneStep.VERIFIED, date(2020, 11, 9))

    progress = progress_of(statuses_of(county, on=date(2021, 1, 1)))

    assert progress == Progress(
        required=1, verified=1, bound_count=2, uncomputed_count=1, uncomputed=(Milestone.NETWORK,)
    )
    assert progress.percent == 100


def test_progress_counts_weights_and_never_claims_as_done(province, county, other_county, document):
    factories.milestone_rule(document, PLAN, weight=3, deadline=DEADLINE, levels=[3])
    factories.milestone_rule(document, Milestone.BUDGET, weight=2, levels=[3])
    factories.milestone_rule(document, Milestone.PARTY_GROUP, weight=0, levels=[3])
    factories.milestone_step(county, PLAN, MilestoneStep.CLAIMED, date(2020, 11, 2))
    factories.milestone_step(county, PLAN, MilestoneStep.VERIFIED, date(2020, 11, 9))
    factories.milestone_step(county, Milestone.BUDGET, MilestoneStep.CLAIMED, date(2020, 11, 2))
    day = date(2021, 6, 30)

    rules = RulesUnder.at(province, on=day)
    statuses = statuses_of_many(rules.bound(rules.bound_by_milestones), on=day)

    assert {pk: progress_of(found) for pk, found in statuses.items()} == {
        county.pk: Progress(required=5, verified=3, claimed=2, bound_count=3, claimed_count=1),
        other_county.pk: Progress(required=5, overdue=3, bound_count=3, overdue_count=1),
    }


def test_later_deadline_of_the_county_itself_binds_and_is_marked_weaker(county, document, plan_rule):
    own = factories.policy(county, number="东府办〔2020〕9号")
    factories.milestone_rule(own, PLAN, deadline=date(2021, 6, 30))

    status = plan_of(county, date(2021, 3, 1))

    assert (status.deadline, status.is_overdue) == (date(2021, 6, 30), False)
    assert status.weaker_than.document_number == "赣测〔2020〕4号"


def test_statuses_of_many_take_a_fixed_number_of_statements(
    county, other_county, document, plan_rule, django_assert_num_queries
):
    with django_assert_num_queries(7):
        statuses_of_many([county], on=DEADLINE)
    with django_assert_num_queries(7):
        statuses_of_many([county, other_county], on=DEADLINE)
