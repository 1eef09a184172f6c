import pytest

from associations.enums import TransferLack
from associations.models import FunctionTransfer
from associations.transfers.rules import lacks_of
from tests import factories

CASES = [
    (3, 100, ()),
    (1, 1, ()),
    (0, 100, (TransferLack.STAFF,)),
    (3, 0, (TransferLack.MONEY,)),
    (0, 0, (TransferLack.STAFF, TransferLack.MONEY)),
    (None, 0, (TransferLack.STAFF_UNKNOWN, TransferLack.MONEY)),
    (0, None, (TransferLack.STAFF, TransferLack.MONEY_UNKNOWN)),
    (None, None, (TransferLack.STAFF_UNKNOWN, TransferLack.MONEY_UNKNOWN)),
]


@pytest.mark.parametrize(("staff", "money", "expected"), CASES)
def test_what_did_not_come_along_is_named_and_the_unknown_is_unknown(staff, money, expected):
    assert lacks_of(staff_moved=staff, money_moved_fen=money) == expected


@pytest.mark.parametrize("lack", list(TransferLack))
def test_filter_keeps_what_the_rule_names(county, lack):
    for staff, money, _ in CASES:
        factories.function_transfer(county, staff_moved=staff, money_moved_fen=money)

    kept = FunctionTransfer.objects.lacking(lack)

    figures = [(each.staff_moved, each.money_moved_fen) for each in kept.order_by("pk")]
    assert figures == [(staff, money) for staff, money, lacks in CASES if lack in lacks]
