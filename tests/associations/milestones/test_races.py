from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from associations.milestones import actions as milestone_actions
from associations.models import MilestoneEvent
from portal.lib.findings import RuleViolation
from tests.associations.milestones.cases import PLAN, claim, stored_file
from tests.patience import SECONDS

DAY = date(2020, 12, 31)
AT_ONCE = 40


def all_at_once(acts) -> list[str]:
    """Run the acts in threads that begin together; return the codes of the refusals, "" for each success."""
    barrier = Barrier(len(acts), timeout=SECONDS)

    def run(act) -> str:
        barrier.wait()
        try:
            act()
        except RuleViolation as refused:
            return refused.findings[0].code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_claim_judged_by_many_at_once_gets_one_answer(county, office, verifier):
    made = claim(county, office, DAY)
    assert verifier.scope

    def verify():
        milestone_actions.verify(seen=made, by=verifier, on=DAY)

    def give_back():
        milestone_actions.return_(seen=made, reason="缺文号", by=verifier, on=DAY)

    outcomes = all_at_once([verify, give_back] * (AT_ONCE // 2))

    answers = MilestoneEvent.objects.exclude(pk=made.pk).values_list("step", flat=True)
    assert list(answers) in (["returned"], ["verified"])
    assert outcomes == ["", *["stale"] * (AT_ONCE - 1)]


@pytest.mark.django_db(transaction=True)
def test_milestone_claimed_by_many_at_once_is_claimed_once(county, office):
    file = stored_file()

    outcomes = all_at_once([lambda: claim(county, office, DAY, file=file)] * AT_ONCE)

    assert outcomes == ["", *["step-order"] * (AT_ONCE - 1)]
    assert MilestoneEvent.objects.filter(milestone=PLAN).count() == 1
