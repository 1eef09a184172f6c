from datetime import date

import pytest

from associations.enums import Body, Milestone, MilestoneStep
from portal.lib.dates import today
from portal.oversight.duties import Duties, duties_of
from portal.oversight.overview import overview_of
from tests import factories


@pytest.fixture
def work(province, city, county, other_county):
    """A returned claim and a claim that waits in one county, both councils of the county past their term."""
    document = factories.policy(province)
    factories.quota_rule(document, Body.COUNCIL, 30, levels=[3])
    for milestone in (Milestone.PLAN_ISSUED, Milestone.BUDGET):
        factories.milestone_rule(document, milestone, levels=[3])
    for step, day in ((MilestoneStep.CLAIMED, 1), (MilestoneStep.RETURNED, 2)):
        factories.milestone_step(county, Milestone.BUDGET, step, date(2021, 1, day))
    for place in (county, other_county):
        factories.milestone_step(place, Milestone.PLAN_ISSUED, MilestoneStep.CLAIMED, date(2021, 1, 3))
        factories.term(place, starts_on=date(2015, 1, 10))


def duties(user, place):
    found = duties_of(user, overview_of(place, on=today()))
    return found and (
        [status.milestone for status in found.returned] if found.returned is not None else None,
        found.claims,
        found.ended_terms,
    )


def test_clerk_has_returned_claims_and_terms_and_the_verifier_claims_of_the_places_below(
    work, office, verifier, county, city
):
    assert duties(office, county) == ([Milestone.BUDGET], None, 1)
    assert duties(verifier, city) == ([], 2, 2)


def test_whoever_only_looks_has_no_duties(work, leader, county):
    assert duties(leader, county) is None


def test_clerk_with_nothing_to_do_is_told_so(office, county):
    assert duties_of(office, overview_of(county, on=today())) == Duties(
        returned=(), claims=None, ended_terms=0
    )
