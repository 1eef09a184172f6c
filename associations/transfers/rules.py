"""Whether staff and money followed a function that was handed over: pure arithmetic on facts."""

from associations.enums import TransferLack


def lacks_of(*, staff_moved: int | None, money_moved_fen: int | None) -> tuple[TransferLack, ...]:
    """Name what did not come along (人随事走、费随事转); unknown is said to be unknown and never lacking.

    Source: 赣卫办字〔2020〕4号 二（四）, which asks for both whatever the way of handing over.
    """
    staff = _lack(staff_moved, none=TransferLack.STAFF, unknown=TransferLack.STAFF_UNKNOWN)
    money = _lack(money_moved_fen, none=TransferLack.MONEY, unknown=TransferLack.MONEY_UNKNOWN)
    return (*staff, *money)


def _lack(moved: int | None, *, none: TransferLack, unknown: TransferLack) -> tuple[TransferLack, ...]:
    if moved is None:
        return (unknown,)
    return () if moved else (none,)
