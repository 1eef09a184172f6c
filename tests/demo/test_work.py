from datetime import date
from random import Random

import pytest
from django.db import transaction

from associations.enums import Body
from associations.models import FunctionTransfer
from portal.demo import supervision, transfers, venues
from portal.oversight.models import SupervisionNotice, SupervisionStep
from tasks.models import PartnerUnit, Venue
from tests import factories

DAY = date(2026, 11, 1)


@pytest.fixture
def offices(city):
    rule = factories.quota_rule(factories.policy(city), Body.COUNCIL, 30)
    made = [factories.association(f"3601{number:02d}") for number in range(1, 31)]
    assert rule.scope == city
    return [city, *made]


def made(offices, seed):
    random = Random(f"work-{seed}")
    transfers.make_transfers(offices, random)
    venues.make_venues(offices, random)
    venues.make_partners(offices, random)
    supervision.make_notices(offices, proof=factories.stored_file(), random=random)
    return [
        list(FunctionTransfer.objects.order_by("pk").values_list("association", "function", "staff_moved")),
        list(Venue.objects.order_by("pk").values_list("association", "kind", "area", "opened_on")),
        list(PartnerUnit.objects.order_by("pk").values_list("association", "kind", "starts_on")),
        list(SupervisionStep.objects.order_by("pk").values_list("notice__association", "step", "on")),
    ]


def undone(offices, seed):
    """Make everything, look at it, and take it back, so that it can be made again."""
    with transaction.atomic():
        rows = made(offices, seed)
        transaction.set_rollback(True)
    return rows


def test_same_seed_makes_the_same_rows(offices):
    first, again, other = undone(offices, 1), undone(offices, 1), undone(offices, 2)

    assert first == again
    assert all(one != two for one, two in zip(first, other, strict=True))


def test_made_rows_keep_the_rules(offices):
    rows = made(offices, seed=1)

    standing = SupervisionNotice.objects.standing(on=DAY)
    assert [bool(each) for each in rows] == [True] * 4
    assert all(notice.association.code.startswith(notice.issuer.code) for notice in standing)
    assert {notice.state for notice in standing} <= {
        "found",
        "noticed",
        "answered",
        "closed",
        "returned",
        "raised",
    }
    assert not SupervisionStep.objects.filter(on__gte=DAY).exists()
    assert set(PartnerUnit.objects.values_list("credit_code", flat=True)) == {""}
    for model in (FunctionTransfer, Venue, PartnerUnit):
        for record in model.objects.all():
            record.full_clean()
