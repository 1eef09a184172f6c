from datetime import date

import pytest

from portal.oversight.enums import NoticeKind
from portal.oversight.models import SupervisionNotice
from portal.oversight.supervision import actions as supervision_actions
from tests import factories
from tests.associations.milestones.test_races import all_at_once

from .conftest import FOUND

DAY = date(2021, 3, 1)
AT_ONCE = 40
pytestmark = pytest.mark.django_db(transaction=True)


def test_notice_answered_by_many_at_once_is_answered_once(issued, office):
    file = factories.stored_file()
    assert office.scope

    outcomes = all_at_once(
        [lambda: supervision_actions.answer(seen=issued, text="已改", file=file, by=office, on=DAY)] * AT_ONCE
    )

    assert outcomes == ["", *["stale"] * (AT_ONCE - 1)]
    assert list(issued.notice.steps.values_list("step", flat=True)) == ["found", "noticed", "answered"]


def test_answer_judged_by_many_at_once_gets_one_verdict(answered, above):
    assert above.scope

    def close():
        supervision_actions.close(seen=answered, text="同意", by=above, on=DAY)

    def give_back():
        supervision_actions.return_(seen=answered, text="不足", due_on=DAY, by=above, on=DAY)

    outcomes = all_at_once([close, give_back] * (AT_ONCE // 2))

    assert outcomes == ["", *["stale"] * (AT_ONCE - 1)]
    assert answered.notice.steps.count() == 4


def test_same_fault_found_by_many_at_once_is_one_notice(county, above):
    assert above.scope

    outcomes = all_at_once(
        [
            lambda: supervision_actions.find(
                association=county, kind=NoticeKind.HOLLOW, finding="无活动", by=above, on=FOUND
            )
        ]
        * AT_ONCE
    )

    assert outcomes == ["", *["open-already"] * (AT_ONCE - 1)]
    assert SupervisionNotice.objects.count() == 1
