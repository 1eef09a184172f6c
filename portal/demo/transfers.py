"""Functions that departments handed over to associations, with and without staff and money."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from associations.enums import TransferExtent, TransferMode
from associations.models import Association, FunctionTransfer

FIRST_DAY = date(2020, 6, 1)
# The functions that 赣卫办字〔2020〕4号 names for transfer, as example entries.
FUNCTIONS = ("计划生育家庭帮扶", "权益维护", "流动人口服务", "婴幼儿照护服务社会监督", "家庭健康促进")


def make_transfers(offices: Sequence[Association], random: Random) -> int:
    """Hand up to three functions over to two in three of the established offices."""
    made = [
        transfer
        for association in offices
        if association.established_on and random.randrange(3)
        for transfer in _of(association, random)
    ]
    return len(FunctionTransfer.objects.bulk_create(made, batch_size=2000))


def _of(association: Association, random: Random) -> Iterator[FunctionTransfer]:
    for function in random.sample(FUNCTIONS, random.randrange(1, 4)):
        starts_on = FIRST_DAY + timedelta(days=random.randrange(1500))
        # One in three brought nobody along, one in six is not known; money likewise.
        yield FunctionTransfer(
            association=association,
            function=function,
            department="卫生健康委员会",
            mode=random.choice(TransferMode.values),
            extent=random.choice(TransferExtent.values),
            document_number=f"示府办〔{starts_on.year}〕{random.randrange(1, 90)}号",
            dated_on=starts_on - timedelta(days=random.randrange(40)),
            staff_moved=random.choice((0, 0, 1, 2, 3, None)),
            money_moved_fen=random.choice((0, 0, 5_000_000, 12_000_000, 30_000_000, None)),
            starts_on=starts_on,
        )
